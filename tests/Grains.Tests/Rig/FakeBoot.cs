using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Tests.Rig;

/// <summary>A run of the machine that a test can end.</summary>
public sealed class FakeBoot : IMachineBoot
{
    public string Id { get; set; } = "boot-1";
}
