namespace Ahenk.LiderSimulator.Wire;

/// <summary>Which server's encodings are sent (LP 2.2).</summary>
public enum LiderEdition
{
    /// <summary>liderapi ("LA"): dates inside a task are text.</summary>
    Current,

    /// <summary>The old OSGi server ("OL"): dates inside a task are epoch milliseconds.</summary>
    Old,
}
