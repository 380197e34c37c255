using System.Globalization;
using Crux.Node.Confab;

namespace Crux.Daemon.Check;

/// <summary>Whether the kernel's neighbour table holds a flock as large as the ranges allow.</summary>
internal static class NeighbourCheck
{
    private const string Check = "neighbours";

    public static Finding Look(AddressPlan plan)
    {
        var addresses = plan.Neighbourhood.Sum(range => (long)range.Count) + plan.Contacts.Count;
        var family = plan.Address.IsV4 ? "ipv4" : "ipv6";
        var limitPath = $"/proc/sys/net/{family}/neigh/default/gc_thresh3";
        if (!File.Exists(limitPath) || !long.TryParse(File.ReadAllText(limitPath).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var limit))
            return Finding.Warn(Check, $"{limitPath} can't be read: how many neighbours the kernel keeps is unknown.");
        // Loopback has no neighbours to resolve.
        if (addresses <= limit || plan.Neighbourhood.All(range => range.First.IsLoopback))
            return Finding.Ok(Check, $"The kernel keeps {limit}, and {addresses} addresses are looked at.");
        return Finding.Warn(
            Check,
            $"{addresses} addresses are looked at, and the kernel keeps {limit} neighbours: a larger flock would overflow it silently. "
            + $"Run 'sysctl -w net.{family}.neigh.default.gc_thresh3={addresses * 2}', and gc_thresh2 to half of it.");
    }
}
