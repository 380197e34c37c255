using System.Net;
using Crux.Machines.Flock;

namespace Crux.Node.Confab;

/// <summary>Where this node listens, and where it guesses that others are.</summary>
/// <param name="Address">The node's own address.</param>
/// <param name="Neighbourhood">What it probes: its own prefix, narrowed, and the ranges that its operator named. None lies within another.</param>
/// <param name="Contacts">Single addresses that it probes as well. None is its own, lies in the neighbourhood, or comes twice.</param>
public sealed record AddressPlan(NetAddress Address, IReadOnlyList<AddressRange> Neighbourhood, IReadOnlyList<NetAddress> Contacts)
{
    /// <summary>The widest range probed unasked: 1,024 addresses. Wider is the operator's word.</summary>
    public const int NarrowestGuess = 22;

    /// <summary>The most ranges that one node may be given.</summary>
    public const int MaxRanges = 64;

    /// <summary>Plans from this machine's interfaces.</summary>
    /// <param name="address">The operator's choice, or null to take the one address that others can reach.</param>
    /// <param name="port">The flock's port.</param>
    /// <param name="ranges">CIDRs to probe as well; one that holds the address stands in the place of the guessed prefix.</param>
    /// <param name="contacts">Single addresses to probe as well, with the flock's port where they name none.</param>
    /// <exception cref="ConfabException">There is no such address, or more than one to choose from; the message names them and the option.</exception>
    public static AddressPlan Make(string? address, int port, IEnumerable<string> ranges, IEnumerable<string> contacts) =>
        Make(address, port, ranges, contacts, LocalInterface.ListUp());

    internal static AddressPlan Make(string? address, int port, IEnumerable<string> ranges, IEnumerable<string> contacts, IReadOnlyList<LocalInterface> interfaces)
    {
        if (port is < 0 or > ushort.MaxValue)
            throw new ConfabException($"{port} is not a port: give --port a number from 1 to 65535.");
        var local = address is { Length: > 0 } ? Named(address, interfaces) : TheOnly(interfaces);
        var own = NetAddress.V4(local.Address, (ushort)port);
        var given = ranges.Select(Parse).ToList();
        var around = AddressRange.Around(local.Address, Math.Max(local.PrefixLength, NarrowestGuess));
        // A range that holds this node is the operator's word on its neighbourhood, narrower or wider; others come on top of the guess.
        var here = given.Exists(range => range.Contains(local.Address));
        var neighbourhood = Widest(here ? given : [around, .. given]);
        return new(own, neighbourhood, Beyond(neighbourhood, own, contacts));
    }

    private static LocalInterface TheOnly(IReadOnlyList<LocalInterface> interfaces)
    {
        var usable = interfaces.Where(candidate => !candidate.IsLoopback && !candidate.IsLinkLocal).ToList();
        return usable.Count switch
        {
            1 => usable[0],
            0 => throw new ConfabException(
                "No interface that is up has an IPv4 address that others could reach: bring one up, or give --address (a 127.x.y.z will do for a flock within this machine)."),
            _ => throw new ConfabException($"Several addresses could be this node's: {string.Join(", ", usable)}. Choose with --address."),
        };
    }

    private static LocalInterface Named(string address, IReadOnlyList<LocalInterface> interfaces)
    {
        if (!IPAddress.TryParse(address, out var ip) || NetAddress.From(ip, 0) is not { IsV4: true } parsed)
            throw new ConfabException($"'{address}' is not an IPv4 address: give --address one of {string.Join(", ", interfaces)}.");
        foreach (var candidate in interfaces)
        {
            if (candidate.Address == parsed.V4Bits)
                return candidate;
        }
        foreach (var candidate in interfaces)
        {
            // All of 127.0.0.0/8 is this machine's own, though the interface lists one address of it.
            if (candidate.IsLoopback && AddressRange.Around(candidate.Address, candidate.PrefixLength).Contains(parsed.V4Bits))
                return candidate with { Address = parsed.V4Bits };
        }
        throw new ConfabException($"{address} is not an address of this machine: give --address one of {string.Join(", ", interfaces)}.");
    }

    private static AddressRange Parse(string text) => AddressRange.TryParse(text, out var range)
        ? range
        : throw new ConfabException($"'{text}' is not a range of IPv4 addresses: write --range 10.1.0.0/22, with a prefix length from {AddressRange.ShortestPrefix} to 32.");

    private static List<AddressRange> Widest(List<AddressRange> ranges)
    {
        var kept = new List<AddressRange>();
        foreach (var range in ranges.OrderBy(range => range.PrefixLength))
        {
            if (!kept.Exists(wider => wider.Contains(range.Base)))
                kept.Add(range);
        }
        return kept.Count <= MaxRanges ? kept : throw new ConfabException($"{kept.Count} ranges are too many: give at most {MaxRanges}, wider ones.");
    }

    // One list of contacts may serve all machines: each leaves out itself, and what it looks at anyway.
    private static List<NetAddress> Beyond(List<AddressRange> neighbourhood, NetAddress own, IEnumerable<string> contacts)
    {
        var kept = new SortedSet<NetAddress>();
        foreach (var text in contacts)
        {
            if (ContactAddress.FindProblem(text, out var contact) is { } problem)
                throw new ConfabException(problem);
            contact = contact.Port == 0 ? contact.WithPort(own.Port) : contact;
            if (contact != own && !(contact.Port == own.Port && neighbourhood.Exists(range => range.Contains(contact.V4Bits))))
                kept.Add(contact);
        }
        return kept.Count <= FlockOptions.MaxContacts
            ? [.. kept]
            : throw new ConfabException($"{kept.Count} contacts are too many: give at most {FlockOptions.MaxContacts}. One of them that answers is enough; a --range covers many.");
    }
}
