using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>
/// <c>ahenk login</c> and <c>ahenk logout</c>, by which the login hook tells the daemon who comes and goes. A user may be waiting: so it is done before anything
/// else of this program is loaded, and a daemon that does not answer is left a note.
/// </summary>
internal static class LoginEvents
{
    /// <summary>Together with the start of this program this stays below 200 ms.</summary>
    private const int PatienceMs = 100;

    /// <summary>The daemon's word for a call that it has read too late.</summary>
    private const int Late = -32002;

    private const int LongestName = 256;
    private const int LongestText = 128;
    private const int LongestAnswer = 64 * 1024;

    private static readonly string[] LoginFields = ["user", "desktop", "display", "domain", "host"];

    /// <summary>What follows the word.</summary>
    public static string Arguments(string word) => word == "login" ? "USER [DESKTOP] [DISPLAY] [DOMAIN] [HOST], a dash for what is not known" : "USER";

    /// <summary>Carries it out.</summary>
    /// <param name="word">login or logout.</param>
    /// <param name="arguments">What follows.</param>
    /// <param name="socketPath">The control socket, unless the arguments name another.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string word, ReadOnlySpan<string> arguments, string socketPath)
    {
        var values = new List<string>();
        var optionsEnded = false;
        for (var index = 0; index < arguments.Length; index++)
        {
            switch (arguments[index])
            {
                case "--" when !optionsEnded:
                    optionsEnded = true;
                    break;
                case "--socket" when !optionsEnded && index + 1 < arguments.Length:
                    socketPath = arguments[++index];
                    break;
                case var value:
                    values.Add(value);
                    break;
            }
        }

        var most = word == "login" ? LoginFields.Length : 1;
        if (values.Count < 1 || values.Count > most || !IsName(values[0]))
        {
            return Fail(ExitCodes.Usage, $"Usage: ahenk {word} [--socket PATH] [--] {Arguments(word)}");
        }

        var parameters = new JsonObject();
        for (var index = 0; index < values.Count; index++)
        {
            if (index == 0 || Plain(values[index]) is not null)
            {
                parameters[LoginFields[index]] = values[index];
            }
        }

        // The daemon leaves alone what it reads later than that, for then a note tells it.
        var by = Environment.TickCount64 + PatienceMs;
        parameters["by"] = by;
        var request = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = word, ["params"] = parameters };
        var answer = Ask(socketPath, request.ToJsonString() + "\n", by, out var reason);
        if (answer is not null && answer["error"]?["code"]?.GetValue<int>() != Late)
        {
            return answer["error"] is { } error ? Fail(ExitCodes.Refused, error["message"]?.ToString() ?? "The daemon refused.") : ExitCodes.Success;
        }

        var note = new LoginNote(Path.GetDirectoryName(Path.GetFullPath(socketPath))!);
        var problem = note.Append(word, values[0], At(values, 1), At(values, 2));
        return problem is null
            ? ExitCodes.Success
            : Fail(ExitCodes.NotRunning, $"The daemon does not answer at {socketPath} ({reason}), and the event is not kept for it: {problem}.");
    }

    private static string At(List<string> values, int index) => (index < values.Count ? Plain(values[index]) : null) ?? "-";

    private static int Fail(int code, string message)
    {
        Console.Error.WriteLine(message);
        return code;
    }

    /// <summary>Asks and waits no longer than until a time, also when nobody accepts, reads or writes.</summary>
    private static JsonNode? Ask(string path, string request, long by, out string? reason)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

            // Not blocking: with a full queue of connections, connecting would wait for the daemon.
            socket.Blocking = false;
            socket.Connect(new UnixDomainSocketEndPoint(path));
            socket.Send(Encoding.UTF8.GetBytes(request));
            var buffer = new byte[4096];
            var length = 0;
            while (length < LongestAnswer)
            {
                var left = by - Environment.TickCount64;
                if (left <= 0 || !socket.Poll((int)left * 1000, SelectMode.SelectRead))
                {
                    reason = "no answer in time";
                    return null;
                }

                if (length == buffer.Length)
                {
                    Array.Resize(ref buffer, buffer.Length * 2);
                }

                var read = socket.Receive(buffer.AsSpan(length));
                length += read;
                if (read == 0 || buffer.AsSpan(length - read, read).Contains((byte)'\n'))
                {
                    break;
                }
            }

            reason = "it closed the connection";
            return length == 0 ? null : JsonNode.Parse(Encoding.UTF8.GetString(buffer, 0, length));
        }
        catch (Exception failure) when (failure is SocketException or System.Text.Json.JsonException or ArgumentException)
        {
            reason = failure.Message;
            return null;
        }
    }

    private static bool IsName(string text) =>
        text.Length > 0 && text[0] != '-' && !text.Any(char.IsControl) && Encoding.UTF8.GetByteCount(text) <= LongestName;

    /// <summary>A desktop, display, domain or host of the plain kind; else it is not known.</summary>
    private static string? Plain(string text) =>
        text.Length is > 0 and <= LongestText && text[0] != '-' && text.All(letter => char.IsAsciiLetterOrDigit(letter) || "_.:+/-".Contains(letter)) ? text : null;
}
