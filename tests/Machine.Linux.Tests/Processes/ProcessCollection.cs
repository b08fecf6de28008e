namespace Ahenk.Machine.Linux.Tests.Processes;

/// <summary>Tests that start programs run one at a time and while no other test does: they count the descriptors and children of this process.</summary>
[CollectionDefinition("processes", DisableParallelization = true)]
public sealed class ProcessCollection;
