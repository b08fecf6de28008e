using System.Globalization;
using System.Reflection;
using Ahenk.Configuration;
using Ahenk.Silo.Hosting;

namespace Ahenk.Silo.Tests;

/// <summary>systemd does not start a service any more that was started too often within a time; nothing would start it then until the machine is.</summary>
[Trait("Category", "Unit")]
public sealed class StartLimitTests
{
    private readonly Dictionary<string, string> _unit = ReadUnit();

    [Fact]
    public void An_agent_that_lider_does_not_answer_is_started_for_ever_whatever_its_registration_timeout()
    {
        AssertForEver(TimeSpan.FromSeconds(ConfigurationKeys.RegistrationTimeout.Least));
        AssertForEver(TimeSpan.FromSeconds(ConfigurationKeys.RegistrationTimeout.Fallback));
        Assert.DoesNotContain("3", _unit["RestartPreventExitStatus"].Split(' '));
    }

    [Fact]
    public void An_agent_that_waits_for_its_disk_is_started_for_ever_and_is_not_taken_for_one_that_hangs()
    {
        AssertForEver(DatabaseStart.Patience);
        Assert.True(DatabaseStart.Patience + TimeSpan.FromSeconds(30) < Seconds("TimeoutStartSec"));
    }

    [Fact]
    public void A_daemon_that_ends_at_once_is_given_up() => Assert.True(Seconds("RestartSec") * Burst < Seconds("StartLimitIntervalSec"));

    /// <summary>The first start that would be one too many comes when the first of all does not count any more.</summary>
    private void AssertForEver(TimeSpan life) => Assert.True((life + Seconds("RestartSec")) * Burst >= Seconds("StartLimitIntervalSec"), $"Given up with a life of {life}.");

    private int Burst => int.Parse(_unit["StartLimitBurst"], CultureInfo.InvariantCulture);

    private TimeSpan Seconds(string setting) => TimeSpan.FromSeconds(int.Parse(_unit[setting], CultureInfo.InvariantCulture));

    private static Dictionary<string, string> ReadUnit()
    {
        var documents = typeof(StartLimitTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "Documents").Value!;
        var settings = File.ReadLines(Path.Combine(documents, "..", "packaging", "systemd", "ahenk.service")).Where(line => !line.StartsWith('#') && line.Contains('='));
        return settings.Select(line => line.Split('=', 2)).GroupBy(parts => parts[0]).ToDictionary(group => group.Key, group => group.Last()[1]);
    }
}
