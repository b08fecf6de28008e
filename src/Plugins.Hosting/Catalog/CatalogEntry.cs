using Ahenk.Grains.Interfaces;

namespace Ahenk.Plugins.Hosting.Catalog;

/// <summary>One plugin folder as it was when it was last read.</summary>
internal sealed record CatalogEntry
{
    public required string Name { get; init; }

    public required string Folder { get; init; }

    /// <summary>How it is, before it is used.</summary>
    public required PluginStatus Status { get; init; }

    /// <summary>Why it is not active.</summary>
    public string? Reason { get; init; }

    /// <summary>Its manifest; <see langword="null"/> when there is none that can be used.</summary>
    public PluginManifest? Manifest { get; init; }

    /// <summary>Whether it is a plugin of the original agent: its version stands in its <c>main.py</c>.</summary>
    public bool IsInferred { get; init; }
}
