using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Policies;
using Ahenk.Grains.Tests.Rig;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Grains.Tests.Policies;

[Trait("Category", "Unit")]
public sealed class PolicyReportTests
{
    private readonly PolicyReport _report = new(new TaskOptions(), new FakeTimeProvider(Given.Now), NullLogger<PolicyReport>.Instance);

    [Theory]
    [InlineData(PluginCode.Processed, "POLICY_PROCESSED")]
    [InlineData(PluginCode.Warning, "POLICY_WARNING")]
    [InlineData(PluginCode.Error, "POLICY_ERROR")]
    [InlineData(PluginCode.Timeout, "POLICY_TIMEOUT")]
    [InlineData(PluginCode.Killed, "POLICY_KILLED")]
    [InlineData(PluginCode.Processing, "POLICY_RECEIVED")]
    public void Each_outcome_becomes_its_policy_twin(PluginCode code, string expected)
    {
        var draft = _report.Compose(" 12-3 ı", 9007199254740993, new TaskOutcome(code, "applied", """{"Result":"yes"}"""));

        Assert.Equal(
            $$"""{"type":"POLICY_STATUS","policyVersion":" 12-3 ı","commandExecutionId":9007199254740993,"responseCode":"{{expected}}","responseMessage":"applied","responseData":{"Result":"yes"},"contentType":"APPLICATION_JSON","timestamp":"01-01-2026 12:00"}""",
            draft.Body);
        Assert.Equal((Given.Now, true), (draft.NotBefore, draft.IsFinal));
    }

    [Fact]
    public void An_outcome_without_data_has_null_data_even_without_a_version() =>
        Assert.Contains("\"policyVersion\":null,\"commandExecutionId\":5,\"responseCode\":\"POLICY_ERROR\",\"responseMessage\":\"no\",\"responseData\":null,", _report.Compose(null, 5, TaskOutcome.Error("no")).Body, StringComparison.Ordinal);

    [Fact]
    public void A_long_outcome_is_cut_to_a_stanza_and_keeps_the_end_that_it_asks_for()
    {
        var data = new JsonObject { ["Result"] = new string('x', 200_000) + "last words" }.ToJsonString();

        var draft = _report.Compose("1-1", 1, new TaskOutcome(PluginCode.Processed, "applied", data, KeepEnd: true));

        Assert.InRange(WireSize.OfBody(draft.Body), 50_000, new TaskOptions().MaxStanzaBytes - 1024);
        Assert.EndsWith("last words", (string?)JsonNode.Parse(draft.Body)!["responseData"]!["Result"], StringComparison.Ordinal);
    }

    [Fact]
    public void Data_that_cannot_be_read_is_replaced_by_words()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 80)) + "1" + new string('}', 80);

        Assert.Contains("nested too deep", _report.Compose("1-1", 1, new TaskOutcome(PluginCode.Processed, "m", deep)).Body, StringComparison.Ordinal);
    }
}
