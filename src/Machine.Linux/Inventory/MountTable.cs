namespace Ahenk.Machine.Linux.Inventory;

/// <summary>A mounted file system.</summary>
/// <param name="Device">Its device as <c>major:minor</c>; not that of the disk for btrfs and ZFS.</param>
/// <param name="Source">What is mounted, for example <c>/dev/sda1</c>.</param>
/// <param name="Target">Where.</param>
internal sealed record Mount(string Device, string Source, string Target);

/// <summary>Reads /proc/self/mountinfo (proc(5)).</summary>
internal static class MountTable
{
    /// <summary>The mounts that have a device of /dev, in the order of mounting.</summary>
    public static IReadOnlyList<Mount> Read(MachineFiles files)
    {
        var mounts = new List<Mount>();
        foreach (var line in files.ReadLines("proc/self/mountinfo"))
        {
            // 36 35 98:0 /root /target options [optional fields] - type source superoptions
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-");
            if (fields.Length > 5 && dash > 5 && dash + 2 < fields.Length && fields[dash + 2].StartsWith("/dev/", StringComparison.Ordinal))
            {
                mounts.Add(new Mount(fields[2], Unescape(fields[dash + 2]), Unescape(fields[4])));
            }
        }

        return mounts;
    }

    // Blank, tab, newline and backslash stand as \ and three octal digits.
    private static string Unescape(string text)
    {
        var parts = text.Split('\\');
        for (var i = 1; i < parts.Length; i++)
        {
            var part = parts[i];
            parts[i] = part.Length >= 3 && part.AsSpan(0, 3).IndexOfAnyExceptInRange('0', '7') < 0
                ? (char)(((part[0] - '0') * 64) + ((part[1] - '0') * 8) + (part[2] - '0')) + part[3..]
                : '\\' + part;
        }

        return string.Concat(parts);
    }
}
