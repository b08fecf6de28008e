namespace Ahenk.Silo.Hosting;

/// <summary>
/// The machine's clock, with the time zone that the machine has now: .NET reads the zone once and keeps it, while an administrator may change it, or an update of the
/// zones' rules may, under a daemon that runs for months.
/// </summary>
internal sealed class MachineClock : TimeProvider
{
    private const string ZoneFile = "/etc/localtime";
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly string _zoneFile;
    private readonly TimeSpan _lookEvery;
    private readonly Action _changed;
    private long _lookedAt;
    private (string? Target, DateTime Written) _stamp;

    public MachineClock()
        : this(ZoneFile, LookEvery, TimeZoneInfo.ClearCachedData)
    {
    }

    internal MachineClock(string zoneFile, TimeSpan lookEvery, Action changed)
    {
        _zoneFile = zoneFile;
        _lookEvery = lookEvery;
        _changed = changed;
        _stamp = ReadStamp();
        _lookedAt = GetTimestamp();
    }

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone
    {
        get
        {
            lock (_gate)
            {
                if (GetElapsedTime(_lookedAt) >= _lookEvery)
                {
                    _lookedAt = GetTimestamp();
                    Look();
                }
            }

            return TimeZoneInfo.Local;
        }
    }

    private void Look()
    {
        var stamp = ReadStamp();
        if (stamp != _stamp)
        {
            _stamp = stamp;
            _changed();
        }
    }

    /// <summary>Where the file leads, and when what is there was written; a file that is missing is UTC to everybody.</summary>
    private (string? Target, DateTime Written) ReadStamp()
    {
        try
        {
            var file = new FileInfo(_zoneFile);
            return file.ResolveLinkTarget(returnFinalTarget: true) is { } target ? (target.FullName, target.LastWriteTimeUtc) : (null, file.LastWriteTimeUtc);
        }
        catch (IOException)
        {
            return default;
        }
    }
}
