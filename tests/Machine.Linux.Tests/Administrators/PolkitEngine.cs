using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace Ahenk.Machine.Linux.Tests.Administrators;

/// <summary>Runs rules in Duktape, the engine of polkitd on Debian, and asks them who is an administrator the way polkitd does.</summary>
internal static class PolkitEngine
{
    /// <summary>Runs rules in the order of the files.</summary>
    /// <param name="before">What polkitd defines before the rules run.</param>
    /// <param name="files">The texts.</param>
    /// <returns>The identities, taken apart as polkitd does it.</returns>
    public static async Task<string[]> AskAsync(string before, params string[] files)
    {
        var directory = Directory.CreateTempSubdirectory("ahenk-duk-").FullName;
        try
        {
            string[] scripts = [before, .. files, "print(JSON.stringify(polkit.ask({ id: 'org.example.act' }, { user: 'ayse' })));"];
            var paths = scripts.Select((_, number) => $"{directory}/{number}.js").ToArray();
            foreach (var (path, script) in paths.Zip(scripts))
            {
                await File.WriteAllTextAsync(path, script, TestContext.Current.CancellationToken);
            }

            return JsonSerializer.Deserialize<string>(await RunAsync(paths))!.Split(',');
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>The part of polkitd that decides: the first function that returns something.</summary>
    public const string Polkitd = """
        var polkit = { _adminRuleFuncs: [] };
        polkit.addAdminRule = function (rule) { this._adminRuleFuncs.push(rule); };
        polkit.ask = function (action, subject) {
            for (var i = 0; i < this._adminRuleFuncs.length; i++) {
                var identities = this._adminRuleFuncs[i](action, subject);
                if (identities) { return identities.join(","); }
            }
            return "nobody";
        };
        """;

    /// <summary>As a polkitd that keeps its functions elsewhere.</summary>
    public const string OtherPolkitd = """
        var polkit = (function () {
            var rules = [];
            return {
                addAdminRule: function (rule) { rules.push(rule); },
                ask: function (action, subject) { return rules[0](action, subject).join(","); }
            };
        })();
        """;

    /// <summary>As a polkitd that wraps the functions.</summary>
    public const string WrappingPolkitd = Polkitd + """
        polkit.addAdminRule = function (rule) { this._adminRuleFuncs.push(function (action, subject) { return rule(action, subject); }); };
        """;

    private static async Task<string> RunAsync(string[] paths)
    {
        var start = new ProcessStartInfo("duk", paths) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException("'duk' is not on this machine: install Debian's package duktape (apt-get install duktape).");
        }

        using (process)
        {
            var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, $"The rules failed: {output}{await error}");
            return output;
        }
    }
}
