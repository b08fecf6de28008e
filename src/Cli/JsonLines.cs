using System.Text;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>Writes each line that it is given as an object with a <c>line</c>.</summary>
internal sealed class JsonLines(TextWriter output) : TextWriter
{
    private readonly StringBuilder _line = new();

    public override Encoding Encoding => output.Encoding;

    public override void Write(char value)
    {
        if (value != '\n')
        {
            _line.Append(value);
            return;
        }

        output.WriteLine(new JsonObject { ["line"] = _line.ToString() }.ToJsonString());
        _line.Clear();
    }

    /// <summary>A line that is not complete yet stays here.</summary>
    public override void Flush() => output.Flush();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _line.Length > 0)
        {
            Write('\n');
        }

        base.Dispose(disposing);
    }
}
