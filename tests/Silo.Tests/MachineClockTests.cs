using Ahenk.Silo.Hosting;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Unit")]
public sealed class MachineClockTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ahenk-zone-").FullName;
    private int _changes;

    private string ZoneFile => Path.Combine(_directory, "localtime");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_zone_is_read_anew_when_its_file_leads_elsewhere_or_was_written_and_not_otherwise()
    {
        var istanbul = Write("istanbul");
        var berlin = Write("berlin");
        File.CreateSymbolicLink(ZoneFile, istanbul);
        var clock = new MachineClock(ZoneFile, TimeSpan.Zero, () => _changes++);

        Assert.Equal((TimeZoneInfo.Local, 0), (clock.LocalTimeZone, _changes));

        File.Delete(ZoneFile);
        File.CreateSymbolicLink(ZoneFile, berlin);
        Assert.Equal((TimeZoneInfo.Local, 1), (clock.LocalTimeZone, _changes));

        File.SetLastWriteTimeUtc(berlin, new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal((TimeZoneInfo.Local, 2), (clock.LocalTimeZone, _changes));
        Assert.Equal((TimeZoneInfo.Local, 2), (clock.LocalTimeZone, _changes));
    }

    [Fact]
    public void A_machine_without_a_zone_file_has_a_clock_all_the_same()
    {
        var clock = new MachineClock(ZoneFile, TimeSpan.Zero, () => _changes++);
        Assert.Equal((TimeZoneInfo.Local, 0), (clock.LocalTimeZone, _changes));

        Write("localtime");
        Assert.Equal((TimeZoneInfo.Local, 1), (clock.LocalTimeZone, _changes));
    }

    [Fact]
    public void The_file_is_looked_at_only_now_and_then()
    {
        Write("localtime");
        var clock = new MachineClock(ZoneFile, TimeSpan.FromHours(1), () => _changes++);

        File.Delete(ZoneFile);

        Assert.Equal((TimeZoneInfo.Local, 0), (clock.LocalTimeZone, _changes));
    }

    private string Write(string name)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, name);
        return path;
    }
}
