namespace Ahenk.Configuration.Tests;

[Trait("Category", "Unit")]
public sealed class ConfigurationCheckTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_problem_is_named_with_its_place()
    {
        _folder.Write("[CONNECTION]\nport = x\nnonsense\nservicename = a b\n\n[TASK]\nkeep_days = 1\nkeep_days = 2\n")
            .Write("[BASE]\nloglevel = loud\n", "config.d/10.conf");

        var problems = _folder.Check();

        Assert.All(problems, problem => Assert.True(problem.IsError));
        Assert.Equal(
            ["ahenk.conf 2 port", "ahenk.conf 3 ", "ahenk.conf 4 servicename", "ahenk.conf 8 keep_days", "10.conf 2 loglevel"],
            problems.Select(problem => $"{Path.GetFileName(problem.File)} {problem.Line} {problem.Key}").OrderBy(text => text[0] == '1').ThenBy(text => text, StringComparer.Ordinal));
        Assert.Contains(problems, problem => problem is { Section: "CONNECTION", Value: "x", Allowed: "a whole number from 1 to 65535" });
    }

    [Theory]
    [InlineData("[CONNECTION]\nprot = 1\n", "[CONNECTION] port meant?")]
    [InlineData("[CONNECTION]\nloglevel = info\n", "[BASE] loglevel meant?")]
    [InlineData("[CONECTION]\nhots = x\n", "[CONNECTION] meant?")]
    [InlineData("[CONECTION]\nhots = x\n", "[CONNECTION] host meant?")]
    [InlineData("[PLUGIN]\nmainModuleName = main\n", "is of the Python Ahenk")]
    [InlineData("port = 1\n", "There is no key port; is [CONNECTION] port meant?")]
    [InlineData("[XYZ]\nqqqqqqq = 1\n", "There is no section [XYZ].")]
    [InlineData("[XYZ]\nqqqqqqq = 1\n", "There is no key [XYZ] qqqqqqq.")]
    public void What_is_not_known_is_a_warning_that_says_what_may_be_meant(string content, string expected)
    {
        _folder.Write(content);

        var problems = _folder.Check();

        Assert.All(problems, problem => Assert.False(problem.IsError));
        Assert.Contains(problems, problem => problem.Message.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Passwords_are_in_no_message()
    {
        _folder.Write("[CONNECTION]\npassword hunter2\npassword = hunter2\npassword = hunter2\nregister_with = account\n");

        Assert.DoesNotContain(_folder.Check(), problem => problem.ToString().Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void Files_that_others_can_read_or_write_are_told()
    {
        _folder.Write("[CONNECTION]\npassword = x\n").Write("", "config.d/10.conf");
        Assert.Empty(_folder.Check());

        File.SetUnixFileMode(_folder.Main, (UnixFileMode)0b110_100_100);
        File.SetUnixFileMode(_folder.In("config.d/10.conf"), (UnixFileMode)0b110_100_110);

        Assert.Equal(["read by every user", "written by other users"], _folder.Check().Select(problem =>
            problem.Message.Contains("read by every user", StringComparison.Ordinal) ? "read by every user" : "written by other users"));
    }

    [Fact]
    public void An_overridden_value_does_not_matter_and_an_empty_one_is_none()
    {
        _folder.Write("[CONNECTION]\nport = x\nhost = main\n").Write("[connection]\nPORT = 7\nhost =\n", "config.d/10.conf");

        Assert.Empty(_folder.Check());
        Assert.Equal(new FoundValue("7", _folder.In("config.d/10.conf"), 2), _folder.Files().Find("CONNECTION", "port"));
        Assert.Null(_folder.Files().Find("CONNECTION", "host"));
    }

    [Fact]
    public void A_pipe_in_config_d_holds_nobody_up()
    {
        _folder.Write("").Write("", "config.d/10.conf");
        File.Delete(_folder.In("config.d/10.conf"));
        using (var made = System.Diagnostics.Process.Start("mkfifo", _folder.In("config.d/10.conf")))
        {
            made.WaitForExit();
        }

        Assert.Contains("not a regular file", Assert.Single(_folder.Check()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_endless_file_is_told_and_not_read()
    {
        using (var file = File.Create(_folder.Main))
        {
            file.SetLength(2L * 1024 * 1024 * 1024);
        }

        Assert.Contains("larger than 1024 KiB", Assert.Single(_folder.Check(), problem => problem.IsError).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_that_would_keep_the_agent_from_starting_is_refused()
    {
        _folder.Write("[CONNECTION]\nuid = pc\n");

        var refusal = Assert.Throws<ConfigurationException>(() => ConfigurationChange.Set(_folder.Main, ConfigurationKeys.RegisterWith, "account"));

        Assert.Contains("uid and password", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("[CONNECTION]\nuid = pc\n", _folder.Read());
    }

    [Fact]
    public void A_broken_configuration_can_be_mended_one_by_one()
    {
        _folder.Write("[CONNECTION]\nport = x\n[TASK]\nkeep_days = y\n");

        ConfigurationChange.Set(_folder.Main, ConfigurationKeys.Port, "1");
        ConfigurationChange.Set(_folder.Main, ConfigurationKeys.TaskDays, "2");

        Assert.Empty(_folder.Check());
    }

    [Fact]
    public void A_key_is_set_where_it_counts_and_unset_everywhere()
    {
        _folder.Write("[CONNECTION]\nport = 1\n").Write("[CONNECTION]\nport = 2\n", "config.d/10.conf");

        ConfigurationChange.Set(_folder.Main, ConfigurationKeys.Port, "3");
        Assert.Equal("3", _folder.Files().Find("CONNECTION", "port")!.Value);
        Assert.Equal("[CONNECTION]\nport = 1\n", _folder.Read());

        Assert.Equal(2, ConfigurationChange.Unset(_folder.Main, ConfigurationKeys.Port).Count);
        Assert.Null(_folder.Files().FindLast("CONNECTION", "port"));
    }

    [Fact]
    public void A_reader_of_values_takes_the_tables_words_and_defaults()
    {
        var values = new ConfigurationValues(_folder.Write("[BASE]\nloglevel = WARNING\n[PLUGIN]\ndisabled = a, b,,\n").Files());

        Assert.Equal(("warning", 5222, "im.liderahenk.org"), (values.Word(ConfigurationKeys.LogLevel), values.Number(ConfigurationKeys.Port), values.Text(ConfigurationKeys.ServiceName)));
        Assert.Equal(["a", "b"], values.List(ConfigurationKeys.DisabledPlugins));
    }

    [Fact]
    public void Each_default_is_allowed_and_no_key_stands_twice()
    {
        Assert.All(ConfigurationKeys.All, key => Assert.True(key.Default is null || key.Allows(key.Default), key.ToString()));
        Assert.Equal(ConfigurationKeys.All.Count, ConfigurationKeys.All.Select(key => key.ToString().ToUpperInvariant()).Distinct().Count());
    }
}
