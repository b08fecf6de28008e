using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Processes;

namespace Ahenk.Plugins.Hosting.Executable;

/// <summary>What an executable plugin is told on its standard input.</summary>
internal static class ExecutableCall
{
    /// <summary>The call, as one line.</summary>
    /// <param name="call">The call.</param>
    /// <param name="folder">The plugin's folder.</param>
    /// <param name="privateDirectory">Where it may leave files.</param>
    public static ReadOnlyMemory<byte> ToLine(PluginCall call, string folder, string privateDirectory) => WireNames.Line(writer =>
    {
        writer.WriteString("kind", WireNames.Of(call.Kind));
        writer.WriteString("command", call.Kind == PluginWorkKind.Command ? call.Command : null);
        writer.WriteString("mode", call.Kind == PluginWorkKind.Mode ? WireNames.Of(call.Mode) : null);
        writer.WriteNumber("task_id", call.Kind == PluginWorkKind.Command ? call.Id : null);
        writer.WritePropertyName("parameters");
        call.Parameters.WriteTo(writer);
        writer.WriteString("user", call.UserName);
        writer.WriteString("policy_version", call.PolicyVersion);
        writer.WriteString("plugin_folder", folder);
        writer.WriteString("private_dir", privateDirectory);
    });
}
