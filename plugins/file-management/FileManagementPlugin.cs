using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.FileManagement;

/// <summary>Reads and writes single text files (PL 5).</summary>
public sealed class FileManagementPlugin : IPlugin
{
    /// <summary>Files are small; what takes longer waits for a file system that does not answer.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>The plugin on this machine.</summary>
    public FileManagementPlugin()
        : this("/")
    {
    }

    /// <summary>The plugin with another directory in the place of <c>/</c>, for paths and for links.</summary>
    internal FileManagementPlugin(string root) => Commands =
    [
        new PluginCommand("GET_FILE_CONTENT", (context, _) => Task.FromResult(GetFileContent.Run(root, context)))
        {
            Idempotent = true,
            Parallel = true,
            TimeLimit = Limit,
        },
        new PluginCommand("WRITE_TO_FILE", (context, _) => Task.FromResult(WriteToFile.Run(root, context)))
        {
            // The second run puts the same text there.
            Idempotent = true,
            TimeLimit = Limit,
        },
    ];

    /// <inheritdoc/>
    public IReadOnlyCollection<PluginCommand> Commands { get; }
}
