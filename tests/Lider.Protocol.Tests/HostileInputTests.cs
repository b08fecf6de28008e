using System.Text;
using FsCheck.Fluent;

namespace Ahenk.Lider.Protocol.Tests;

[Trait("Category", "Unit")]
public sealed class HostileInputTests
{
    private static readonly string[] Fragments =
    [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\\"", "\\u", "\\ud800", "\\udc00", "null", "true", "1e999", "-", "9223372036854775808",
        "\"type\":\"EXECUTE_TASK\"", "\"task\":", "\"id\":", "\"plugin\":", "TaskImpl [id=", "\0", "\ud800", "\udc00", "\u2028", "\n",
        "\"timestamp\":\"99-99-9999 99:99\"", "\"executePolicyList\":[", "\"executePolicyList\":{}", "\"fileServerConf\":{\"protocol\":1}", "/*x*/",
    ];

    [Theory]
    [InlineData("")]
    [InlineData("test")]
    [InlineData("{")]
    [InlineData("{}}")]
    [InlineData("{'type':'EXECUTE_TASK'}")]
    [InlineData("{\"type\":\"LOGIN_RESPONSE\",\"userName\":NaN}")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("null")]
    [InlineData("\"{}\"")]
    [InlineData("\ufeff{}")]
    public void What_is_no_json_object_is_an_error_of_its_own(string body)
    {
        var error = Assert.IsType<ProtocolError>(LiderMessage.Parse(body));

        Assert.Equal(ProtocolErrorKind.NotJson, error.Kind);
        Assert.Null(error.TaskId);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"type\":null}")]
    [InlineData("{\"type\":{}}")]
    [InlineData("{\"type\":\"execute_task\"}")]
    [InlineData("{\"type\":\"TASK_STATUS\"}")]
    [InlineData("{\"Type\":\"LOGIN_RESPONSE\"}")]
    [InlineData("{\"type\":\"MOVE_FILE\",\"task\":\"{}\"}")]
    public void An_unknown_type_is_an_error_of_its_own(string body)
    {
        Assert.Equal(ProtocolErrorKind.UnknownType, Assert.IsType<ProtocolError>(LiderMessage.Parse(body)).Kind);
    }

    [Fact]
    public void A_long_type_is_quoted_in_part()
    {
        var error = Assert.IsType<ProtocolError>(LiderMessage.Parse($$"""{"type":"{{new string('x', 100_000)}}"}"""));

        Assert.InRange(error.Reason.Length, 64, 200);
    }

    [Fact]
    public void Sixty_four_levels_are_read_and_more_are_refused()
    {
        // The outer object is a level itself.
        Assert.IsType<UpdateScheduledTaskMessage>(LiderMessage.Parse(Nested(63)));
        Assert.Equal(ProtocolErrorKind.NotJson, Assert.IsType<ProtocolError>(LiderMessage.Parse(Nested(64))).Kind);
        Assert.Equal(ProtocolErrorKind.NotJson, Assert.IsType<ProtocolError>(LiderMessage.Parse(Nested(500_000))).Kind);
    }

    [Theory]
    [InlineData("keys")]
    [InlineData("items")]
    [InlineData("text")]
    [InlineData("equal keys")]
    [InlineData("halves")]
    [InlineData("policies")]
    public void Memory_is_linear_in_the_size_of_a_body(string kind)
    {
        Assert.InRange(Measure(kind, 1 << 17), 1 << 17, 128L << 17);
        Assert.InRange(Measure(kind, 1 << 20), 1 << 20, 128L << 20);
    }

    [Fact]
    public void No_text_makes_it_throw()
    {
        var pieces = Gen.OneOf(Gen.Elements(Fragments), ArbMap.Default.GeneratorFor<string>().Select(s => s ?? ""));
        var bodies = pieces.ListOf().Select(string.Concat).ToArbitrary();

        FsCheck.Check.One(
            FsCheck.Config.QuickThrowOnFailure.WithMaxTest(3_000),
            Prop.ForAll(bodies, body => LiderMessage.Parse(body) is LiderMessage or ProtocolError { Reason.Length: > 10 and < 600 }));
    }

    [Fact]
    public void Mutated_messages_never_make_it_throw()
    {
        var random = new Random(20260311);
        var originals = Golden.All().Select(f => Golden.Body(f.Server, f.Message)).ToArray();
        var messages = 0;
        var errors = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var body = new StringBuilder(originals[random.Next(originals.Length)]);
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                Mutate(body, random);
            }

            switch (LiderMessage.Parse(body.ToString()))
            {
                case LiderMessage message:
                    messages++;
                    Assert.NotEmpty(message.ToString());
                    break;
                case ProtocolError error:
                    errors++;
                    Assert.NotEmpty(error.Reason);
                    break;
            }
        }

        // Both ways were really taken.
        Assert.InRange(messages, 500, 20_000 - 500);
        Assert.InRange(errors, 500, 20_000 - 500);
    }

    private static void Mutate(StringBuilder body, Random random)
    {
        var at = random.Next(body.Length);
        switch (random.Next(5))
        {
            case 0:
                body.Remove(at, Math.Min(random.Next(1, 20), body.Length - at)).Append(' ');
                break;
            case 1:
                body.Insert(at, Fragments[random.Next(Fragments.Length)]);
                break;
            case 2:
                body[at] = (char)random.Next(0x10000);
                break;
            case 3:
                body[at] = (char)random.Next(0x20, 0x7f);
                break;
            default:
                body.Length = at + 1;
                break;
        }
    }

    private static long Measure(string kind, int size)
    {
        var body = Large(kind, size);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var parsed = LiderMessage.Parse(body);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.IsAssignableFrom<LiderMessage>(parsed);
        return allocated;
    }

    private static string Large(string kind, int size)
    {
        const string Login = """{"type":"LOGIN_RESPONSE","userName":"a","parameterMap":{""";
        var body = new StringBuilder(size + 100);
        switch (kind)
        {
            case "keys":
                body.Append(Login);
                for (var i = 0; body.Length < size; i++)
                {
                    body.Append('"').Append(i).Append("\":0,");
                }

                return body.Append("\"z\":0}}").ToString();
            case "equal keys":
                body.Append(Login);
                while (body.Length < size)
                {
                    body.Append("\"k\":{},");
                }

                return body.Append("\"z\":0}}").ToString();
            case "items":
                body.Append(Login).Append("\"l\":[");
                while (body.Length < size)
                {
                    body.Append("[],");
                }

                return body.Append("0]}}").ToString();
            case "halves":
                body.Append(Login).Append("\"l\":\"");
                while (body.Length < size)
                {
                    body.Append("\\ud800");
                }

                return body.Append("\"}}").ToString();
            case "policies":
                body.Append("""{"type":"EXECUTE_POLICY","executePolicyList":[""");
                while (body.Length < size)
                {
                    body.Append("""{"policyID":1,"userPolicyProfiles":[{"profileData":{"a":1}}]},""");
                }

                return body.Append("{}]}").ToString();
            default:
                return body.Append(Login).Append("\"l\":\"").Append('x', size - body.Length - 3).Append("\"}}").ToString();
        }
    }

    private static string Nested(int levels) =>
        $$"""{"type":"UPDATE_SCHEDULED_TASK","taskId":1,"x":{{new string('[', levels)}}{{new string(']', levels)}}}""";
}
