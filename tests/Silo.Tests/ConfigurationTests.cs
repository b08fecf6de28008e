using Ahenk.Configuration;
using Ahenk.Gateway.Xmpp.Xmpp;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Unit")]
public sealed class ConfigurationTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_that_does_not_exist_is_named()
    {
        var problem = _folder.Problem();

        Assert.Contains(_folder.Main, problem, StringComparison.Ordinal);
        Assert.Contains("--config", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Lider_is_put_together_from_its_parts()
    {
        _folder.Write("[CONNECTION]\nreceiverjid = lider\nservicename = im.example\nreceiverresource = Rest of it\n");

        Assert.Equal(Jid.Parse("lider@im.example/Rest of it"), _folder.Read().Gateway.Lider);
    }

    [Fact]
    public void Later_files_of_config_d_override_earlier_ones_and_the_main_file()
    {
        _folder.Write("[CONNECTION]\nport = 1\nhost = main\nservicename = im.example\n")
            .Write("[CONNECTION]\nport = 2\nhost = ten\n", "config.d/10-a.conf")
            .Write("[CONNECTION]\nport = 3\n", "config.d/20-b.conf")
            .Write("[CONNECTION]\nport = 4\n", "config.d/100-before-20")
            .Write("[connection]\nHOST =\n", "config.d/30-c.conf");

        var gateway = _folder.Read().Gateway;

        Assert.Equal((3, "", "im.example"), (gateway.Port, gateway.Host, gateway.ServiceName));
    }

    [Theory]
    [InlineData(".hidden")]
    [InlineData("99.conf~")]
    [InlineData("99.conf.bak")]
    [InlineData("99.conf.dpkg-old")]
    [InlineData("99.conf.dpkg-dist")]
    public void Copies_of_editors_and_of_dpkg_are_left_out(string name)
    {
        _folder.Write("").Write("[CONNECTION]\nport = 9\n", $"config.d/{name}");

        Assert.Equal(5222, _folder.Read().Gateway.Port);
    }

    [Theory]
    [InlineData("required", TlsMode.Required)]
    [InlineData("Optional", TlsMode.Optional)]
    [InlineData("never", TlsMode.Never)]
    [InlineData("true", TlsMode.Required)]
    [InlineData("True", TlsMode.Required)]
    [InlineData("false", TlsMode.Never)]
    [InlineData("", TlsMode.Required)]
    public void Tls_takes_our_words_and_those_of_the_original(string word, TlsMode expected)
    {
        _folder.Write($"[CONNECTION]\nuse_tls = {word}\n");

        Assert.Equal(expected, _folder.Read().Gateway.Tls);
    }

    [Theory]
    [InlineData("BASE", "statedir", "var/lib", "an absolute path")]
    [InlineData("BASE", "rundir", "run", "an absolute path")]
    [InlineData("BASE", "logfile", "ahenk.log", "an absolute path")]
    [InlineData("BASE", "loglevel", "loud", "debug, info, warning, error")]
    [InlineData("PLUGIN", "pluginfolderpath", "plugins", "absolute paths")]
    [InlineData("CONNECTION", "port", "0", "a whole number from 1 to 65535")]
    [InlineData("CONNECTION", "port", "65536", "a whole number from 1 to 65535")]
    [InlineData("CONNECTION", "port", "5222x", "a whole number from 1 to 65535")]
    [InlineData("CONNECTION", "port", "99999999999999999999", "a whole number from 1 to 65535")]
    [InlineData("CONNECTION", "servicename", "lider@im.example", "an XMPP domain")]
    [InlineData("CONNECTION", "servicename", "im.example/x", "an XMPP domain")]
    [InlineData("CONNECTION", "receiverjid", "lider@im.example", "before the @")]
    [InlineData("CONNECTION", "receiverjid", "li der", "before the @")]
    [InlineData("CONNECTION", "use_tls", "yes", "required, optional, never, true, false")]
    [InlineData("CONNECTION", "tls_ca_file", "ca.pem", "an absolute path")]
    [InlineData("CONNECTION", "tls_certificate_sha256", "00:11", "64 hexadecimal digits")]
    [InlineData("CONNECTION", "register_with", "letter", "anonymous, account")]
    [InlineData("CONNECTION", "registration_credential_file", "credential", "an absolute path")]
    [InlineData("CONNECTION", "answer_delay_ms", "-1", "a whole number from 0 to 60000")]
    [InlineData("CONNECTION", "max_stanza_kib", "3", "a whole number from 4 to 1024")]
    [InlineData("SESSION", "registration_timeout", "0", "a whole number from 1 to 3600")]
    [InlineData("OUTBOX", "max_rows", "99", "a whole number from 100 to 1000000")]
    [InlineData("OUTBOX", "max_mib", "1025", "a whole number from 1 to 1024")]
    [InlineData("TASK", "keep_days", "3651", "a whole number from 1 to 3650")]
    public void A_bad_value_is_told_with_its_key_its_file_and_what_is_allowed(string section, string key, string value, string allowed)
    {
        _folder.Write("").Write($"[{section}]\n{key} = {value}\n", "config.d/50-bad.conf");

        var problem = _folder.Problem();

        Assert.Contains($"[{section}] {key} = {value} ", problem, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_folder.Root, "config.d", "50-bad.conf"), problem, StringComparison.Ordinal);
        Assert.Contains(allowed, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_resource_that_is_too_long_is_told()
    {
        _folder.Write($"[CONNECTION]\nreceiverresource = {new string('x', 1024)}\n");

        Assert.Contains("after the /", _folder.Problem(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("register_with = account")]
    [InlineData("register_with = account\nuid = pc")]
    [InlineData("register_with = account\npassword = hunter2")]
    public void An_account_to_register_with_needs_a_name_and_a_password(string lines)
    {
        _folder.Write($"[CONNECTION]\n{lines}\n");

        var problem = _folder.Problem();

        Assert.Contains("uid and password", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lider")]
    [InlineData("li der")]
    [InlineData("li/der")]
    [InlineData("li@der")]
    [InlineData("li\u0001der")]
    [InlineData("im.example.")]
    [InlineData("\u015f")]
    [InlineData(".")]
    [InlineData("")]
    public void What_the_table_takes_for_a_part_of_a_jid_is_one(string text)
    {
        Assert.Equal(Jid.TryParse(text, out var jid) && jid is { Local: null, Resource: null }, ValueRules.IsDomain(text));
        Assert.Equal(Jid.TryParse($"{text}@x", out jid) && jid is { Local: not null, Resource: null, Domain: "x" }, ValueRules.IsLocalPart(text));
        Assert.Equal(Jid.TryParse($"x@x/{text}", out jid), ValueRules.IsResource(text));
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once()
    {
        _folder.Write("[CONNECTION]\nport = x\n[TASK]\nkeep_days = y\n");

        Assert.Equal(2, Assert.Throws<ConfigurationException>(_folder.Read).Messages.Count);
    }

    [Fact]
    public void A_fingerprint_is_taken_with_and_without_colons()
    {
        var pin = string.Join(':', Enumerable.Repeat("aB", 32));
        Assert.Equal(pin, _folder.Write($"[CONNECTION]\ntls_certificate_sha256 = {pin}\n").Read().Gateway.CertificatePin);

        pin = pin.Replace(":", "", StringComparison.Ordinal);
        Assert.Equal(pin, _folder.Write($"[CONNECTION]\ntls_certificate_sha256 = {pin}\n").Read().Gateway.CertificatePin);
    }

    [Fact]
    public void A_line_that_is_not_ini_is_told_by_its_number_and_not_quoted()
    {
        _folder.Write("; a comment\n[CONNECTION]\npassword hunter2\n");

        var problem = _folder.Problem();

        Assert.Contains("Line 3", problem, StringComparison.Ordinal);
        Assert.Contains(_folder.Main, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_stands_twice_in_a_file_is_told()
    {
        _folder.Write("[CONNECTION]\nport = 1\nport = 2\n");

        var problem = _folder.Problem();

        Assert.Contains("[CONNECTION] port", problem, StringComparison.Ordinal);
        Assert.Contains("lines 2 and 3", problem, StringComparison.Ordinal);
        Assert.Contains(_folder.Main, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://collector.example:4318", false)]
    [InlineData("https://collector.example:4318", true)]
    [InlineData("http://127.0.0.1:4318", true)]
    [InlineData("http://localhost:4318", true)]
    public void Headers_for_a_collector_are_not_sent_in_clear(string endpoint, bool isAllowed)
    {
        _folder.Write($"[DIAGNOSTICS]\notlp_endpoint = {endpoint}\notlp_headers = x-key=hush-hush\n");

        if (isAllowed)
        {
            Assert.Equal("/v1/metrics", _folder.Read().Diagnostics.OtlpEndpoint!.AbsolutePath);
        }
        else
        {
            var problem = _folder.Problem();
            Assert.Contains("[DIAGNOSTICS] otlp_headers would be sent to", problem, StringComparison.Ordinal);
            Assert.DoesNotContain("hush-hush", problem, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("otlp_endpoint", "collector:4318")]
    [InlineData("otlp_endpoint", "ftp://collector")]
    [InlineData("otlp_endpoint", "http://user:secret@collector")]
    [InlineData("otlp_endpoint", "http://collector/?key=secret")]
    [InlineData("otlp_headers", "hush-hush")]
    [InlineData("otlp_headers", "a=b,=hush-hush")]
    [InlineData("otlp_headers", "authorization=Bearer%20hush%2Chush")]
    [InlineData("otlp_headers", "a=1%2cb=hush-hush")]
    [InlineData("otlp_headers", "a=1,A=hush-hush")]
    [InlineData("otlp_headers", "user-agent=hush-hush")]
    [InlineData("otlp_headers", "a=hush%0D%0Ahush")]
    [InlineData("metrics_file", "relative.prom")]
    public void What_is_no_place_for_metrics_is_refused(string key, string value)
    {
        var problem = _folder.Write($"[DIAGNOSTICS]\n{key} = {value}\n").Problem();

        Assert.Contains($"[DIAGNOSTICS] {key}", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hush-hush", problem, StringComparison.Ordinal);
    }
}
