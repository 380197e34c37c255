using System.Globalization;

namespace Crux.System.Tests.Lab;

/// <summary>The kernel's table of neighbours: one for all namespaces, and by default too small for a rack that lives on one machine.</summary>
internal static class NeighbourTable
{
    private static readonly (string Name, int Least)[] Limits = [("gc_thresh1", 4096), ("gc_thresh2", 16384), ("gc_thresh3", 65536)];

    /// <summary>Raises the table's limits, where this process may; they stay raised. Real machines have a table each.</summary>
    public static void Raise()
    {
        foreach (var (name, least) in Limits.Reverse())
        {
            var path = $"/proc/sys/net/ipv4/neigh/default/{name}";
            try
            {
                if (int.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture) < least)
                    File.WriteAllText(path, least.ToString(CultureInfo.InvariantCulture));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Not root on the machine itself: small labs fit anyway.
                return;
            }
        }
    }
}
