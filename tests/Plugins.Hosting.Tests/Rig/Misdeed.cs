namespace Ahenk.Plugins.Hosting.Tests.Rig;

/// <summary>What can go wrong with a task (PL part 4.1), whatever its plugin is made of.</summary>
public enum Misdeed
{
    /// <summary>There is no such plugin.</summary>
    UnknownPlugin,

    /// <summary>The plugin has no such command.</summary>
    UnknownCommand,

    /// <summary>The plugin is of another version than the task.</summary>
    OtherVersion,

    /// <summary>The task lacks a parameter, <c>file</c>.</summary>
    MissingParameter,

    /// <summary>The command throws before it first waits: "the disk is on fire".</summary>
    Throws,

    /// <summary>The command throws after a while.</summary>
    ThrowsLater,

    /// <summary>What is run before the command throws: a constructor, an import.</summary>
    ThrowsInConstructor,

    /// <summary>What is run once for all throws: a static initialiser.</summary>
    ThrowsInStaticInitialiser,

    /// <summary>The plugin tries to end the process it runs in. Not for plugins in the agent's own process.</summary>
    EndsItsProcess,

    /// <summary>The command blocks and heeds nothing.</summary>
    HangsBlocking,

    /// <summary>The command waits for something that never comes, and heeds its cancellation.</summary>
    HangsAwaiting,

    /// <summary>The command ends without a result.</summary>
    ReturnsNothing,

    /// <summary>The command ends without even what a result comes in.</summary>
    ReturnsNoTask,

    /// <summary>The result is far larger than any message.</summary>
    HugeData,

    /// <summary>The result is none that there is.</summary>
    BadResult,

    /// <summary>The result's data cannot be written down.</summary>
    BadData,

    /// <summary>The result is a file without content.</summary>
    EmptyFile,

    /// <summary>The result is a file, and there is no file server.</summary>
    NoFileServer,

    /// <summary>The result is a file that cannot be uploaded.</summary>
    UploadFails,
}

/// <summary>
/// Makes plugins of one kind that go wrong. Another kind of plugin joins the table of failures by adding its maker to <see cref="All"/>.
/// </summary>
internal abstract class Misdoers
{
    /// <summary>The makers of all kinds.</summary>
    public static IReadOnlyList<Misdoers> All { get; } = [new DotnetMisdoers(), new PythonMisdoers(), new ExecutableMisdoers()];

    /// <summary>The kind.</summary>
    public abstract string Kind { get; }

    /// <summary>What plugins of this kind can do wrong, and what is in the answer to it besides the plugin's name.</summary>
    public abstract IReadOnlyDictionary<Misdeed, string> Answers { get; }

    /// <summary>Called before the host is made: for the factories of a kind.</summary>
    public virtual void Prepare(PluginFolder plugins)
    {
    }

    /// <summary>Makes a plugin of version 1.0.0 whose command RUN does it. Its time limit is 60 s.</summary>
    public abstract void Make(PluginFolder plugins, string name, Misdeed misdeed);
}
