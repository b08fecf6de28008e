using System.Reflection;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.Tests;

/// <summary>
/// What grains say to each other and what plugins are built against is written down in Contract/: a change of it is seen in the diff of its commit.
/// </summary>
[Trait("Category", "Unit")]
public sealed class ContractTests
{
    [Fact]
    public void Grains_keep_their_contract() => Compare("grains.txt", ContractText.OfGrains(typeof(ITaskGrain).Assembly));

    [Fact]
    public void The_plugin_sdk_keeps_its_contract() => Compare("plugin-sdk.txt", ContractText.OfLibrary(typeof(IPlugin).Assembly));

    [Fact]
    public void Every_value_numbers_all_its_members()
    {
        var values = typeof(ITaskGrain).Assembly.GetExportedTypes().Where(type => type.IsDefined(typeof(GenerateSerializerAttribute))).ToArray();
        Assert.NotEmpty(values);
        foreach (var value in values)
        {
            var settable = value.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite).ToArray();
            var ids = settable.Select(property => property.GetCustomAttribute<IdAttribute>()?.Id).ToArray();

            Assert.True(ids.All(id => id is not null), $"{value.Name}: a member without [Id] is lost on its way.");
            Assert.Equal(ids.Length, ids.Distinct().Count());
        }
    }

    [Fact]
    public void The_description_of_a_contract_sees_what_matters()
    {
        var text = ContractText.OfLibrary(typeof(IPlugin).Assembly);

        Assert.Contains("sealed class PluginCommand", text, StringComparison.Ordinal);
        Assert.Contains("    String? StandardInput { get; init; }", text, StringComparison.Ordinal);
        Assert.Contains("    Task<CommandResult> RunAsync(CommandLine command, CancellationToken cancellationToken)", text, StringComparison.Ordinal);
        Assert.Contains("enum PluginCode { Processed = 0, Warning = 1, Error = 2, Timeout = 3, Killed = 4, Processing = 5 }", text, StringComparison.Ordinal);
    }

    private static void Compare(string file, string actual)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Contract", file);
        var expected = File.Exists(path) ? File.ReadAllLines(path) : [];
        var lines = actual.TrimEnd('\n').Split('\n');
        if (expected.SequenceEqual(lines))
        {
            return;
        }

        File.WriteAllLines(path + ".actual", lines);
        Assert.Fail(
            $"{file} differs from the code (- written down, + now). If that is meant, copy {path}.actual over tests/Grains.Tests/Contract/{file}.\n" +
            string.Join('\n', Differences(expected, lines)));
    }

    /// <summary>The lines that only one of both has, each with its type, by the longest common subsequence.</summary>
    private static IEnumerable<string> Differences(string[] old, string[] now)
    {
        var common = new int[old.Length + 1, now.Length + 1];
        for (var i = old.Length - 1; i >= 0; i--)
        {
            for (var j = now.Length - 1; j >= 0; j--)
            {
                common[i, j] = old[i] == now[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var (left, right) = (0, 0);
        var type = "";
        while (left < old.Length || right < now.Length)
        {
            if (left < old.Length && right < now.Length && old[left] == now[right])
            {
                type = TypeOf(old[left], type);
                left++;
                right++;
            }
            else if (right >= now.Length || (left < old.Length && common[left + 1, right] >= common[left, right + 1]))
            {
                type = TypeOf(old[left], type);
                yield return $"  - {type}: {old[left++].Trim()}";
            }
            else
            {
                type = TypeOf(now[right], type);
                yield return $"  + {type}: {now[right++].Trim()}";
            }
        }
    }

    /// <summary>The heading under which a line stands.</summary>
    private static string TypeOf(string line, string current) => line.StartsWith(' ') ? current : line.Split(" {")[0];
}
