using Ahenk.Plugins.Sdk;
using FsCheck;
using FsCheck.Fluent;

namespace Ahenk.Grains.Tests;

[Trait("Category", "Unit")]
public sealed class AgentNameTests
{
    private const string Mac = "52:54:00:AA:BB:CC";

    [Theory]
    [InlineData("pc-7", "pc-7")]
    [InlineData("PC-7.Example.ORG", "pc-7.example.org")]
    [InlineData("muhasebe_şube*)(uid=", "muhasebeubeuid")]
    [InlineData("../../etc", "etc")]
    [InlineData("-.pc.-", "pc")]
    [InlineData("", "ahenk")]
    [InlineData("İĞŞ", "ahenk")]
    [InlineData("...", "ahenk")]
    public void The_first_name_is_the_cleaned_host_name(string hostname, string expected) =>
        Assert.Equal(expected, AgentName.Candidate(Machine(hostname, Mac), 0));

    [Fact]
    public void Names_after_a_refusal_bear_each_hardware_address_and_then_a_number()
    {
        var machine = Machine("pc", Mac, "52:54:00:dd:ee:ff");

        Assert.Equal(
            ["pc", "pc-aabbcc", "pc-ddeeff", "pc-aabbcc-1", "pc-ddeeff-1", "pc-aabbcc-2"],
            Enumerable.Range(0, AgentName.Attempts(machine)).Select(attempt => AgentName.Candidate(machine, attempt)));
    }

    [Fact]
    public void A_machine_without_hardware_addresses_counts() =>
        Assert.Equal(["pc", "pc-1", "pc-2"], Enumerable.Range(0, AgentName.Attempts(Machine("pc"))).Select(attempt => AgentName.Candidate(Machine("pc"), attempt)));

    [Theory]
    [InlineData("")]
    [InlineData("::::")]
    [InlineData("zz:zz:zz:zz:zz:zz")]
    [InlineData("a")]
    public void A_malformed_hardware_address_counts_for_none(string address) => Assert.Equal("pc-1", AgentName.Candidate(Machine("pc", address), 1));

    [Fact]
    public void Two_interfaces_with_one_hardware_address_do_not_give_the_same_name_twice()
    {
        var machine = Machine("pc", Mac, Mac, "");

        Assert.Equal(["pc-aabbcc", "pc-aabbcc-1", "pc-aabbcc-2"], Enumerable.Range(1, 3).Select(attempt => AgentName.Candidate(machine, attempt)));
    }

    [Fact]
    public void A_long_host_name_is_cut_and_what_tells_the_attempts_apart_is_not()
    {
        var machine = Machine(new string('x', 300), Mac);

        Assert.Equal(new string('x', 63), AgentName.Candidate(machine, 0));
        Assert.Equal(new string('x', 54) + "-aabbcc-1", AgentName.Candidate(machine, 2));
    }

    [Fact]
    public void Every_name_is_safe_for_a_directory_and_no_name_comes_twice()
    {
        var texts = ArbMap.Default.GeneratorFor<string>().Select(text => text ?? "");
        var addresses = Gen.OneOf(Gen.Elements(Mac, "52:54:00:dd:ee:ff", "", "1", "zz", "1-1"), texts);
        var machines = Gen.Zip(Gen.OneOf(texts, Gen.Elements("pc", "İstanbul", "a.b")), addresses.ListOf())
            .Select(parts => Machine(parts.Item1, [.. parts.Item2])).ToArbitrary();

        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(machines, machine =>
        {
            var names = Enumerable.Range(0, AgentName.Attempts(machine)).Select(attempt => AgentName.Candidate(machine, attempt)).ToArray();
            return names.Distinct().Count() == names.Length &&
                names.All(name => name.Length is > 0 and <= 63 && name.All(character => character is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '.' or '-'));
        }));
    }

    private static NetworkIdentity Machine(string hostname, params string[] addresses) => new(hostname, []) { MacAddresses = addresses };
}
