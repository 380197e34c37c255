using System.Net;
using Crux.Machines.Flock;

namespace Crux.Node.Confab;

/// <summary>Where this node listens, and where it guesses that others are.</summary>
/// <param name="Address">The node's own address.</param>
/// <param name="Neighbourhood">What it probes: its own prefix, narrowed, and the ranges that its operator named. None lies within another.</param>
/// <param name="Contacts">Single addresses that it probes as well. None is its own, lies in the neighbourhood, or comes twice.</param>
public sealed record AddressPlan(NetAddress Address, IReadOnlyList<AddressRange> Neighbourhood, IReadOnlyList<NetAddress> Contacts)
{
    /// <summary>The widest range probed unasked: 1,024 addresses, of IPv4 and of IPv6. Wider is the operator's word.</summary>
    public const int NarrowestGuess = 22;

    /// <inheritdoc cref="NarrowestGuess"/>
    public const int NarrowestGuessV6 = 118;

    private const int SingleV6 = 128;

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
        var own = local.Address.WithPort((ushort)port);
        var given = ranges.Select(text => Parse(text, own)).ToList();
        var around = Around(local);
        // A range that holds this node is the operator's word on its neighbourhood, narrower or wider; others come on top of the guess.
        var here = given.Exists(range => range.Contains(local.Address));
        var neighbourhood = Widest(here ? given : [around, .. given]);
        return new(own, neighbourhood, Beyond(neighbourhood, own, contacts));
    }

    // DHCPv6 hands out single addresses, and says nothing of the link's prefix.
    private static AddressRange Around(LocalInterface local)
    {
        if (local.Address.IsV4)
            return AddressRange.Around(local.Address, Math.Max(local.PrefixLength, NarrowestGuess));
        var isWhole = local.PrefixLength == SingleV6 && !local.IsLoopback;
        return AddressRange.Around(local.Address, isWhole ? NarrowestGuessV6 : Math.Max(local.PrefixLength, NarrowestGuessV6));
    }

    // Machines with both have IPv4 in common with those that have it alone.
    private static LocalInterface TheOnly(IReadOnlyList<LocalInterface> interfaces)
    {
        var usable = interfaces.Where(candidate => !candidate.IsLoopback && !candidate.Address.IsLinkLocal).ToList();
        if (usable.Exists(candidate => candidate.Address.IsV4))
            usable.RemoveAll(candidate => !candidate.Address.IsV4);
        return usable.Count switch
        {
            1 => usable[0],
            0 => throw new ConfabException(
                "No interface that is up has an address that others could reach: bring one up, or give --address (a 127.x.y.z will do for a flock within this machine)."),
            _ => throw new ConfabException($"Several addresses could be this node's: {string.Join(", ", usable)}. Choose with --address."),
        };
    }

    private static LocalInterface Named(string address, IReadOnlyList<LocalInterface> interfaces)
    {
        var others = interfaces.Where(candidate => candidate.Address.IsV4 || !candidate.Address.IsLinkLocal);
        if (!IPAddress.TryParse(address, out var ip))
            throw new ConfabException($"'{address}' is not an address: give --address one of {string.Join(", ", others)}.");
        var parsed = NetAddress.From(ip, 0);
        if (!NetAddress.IsPlain(ip))
            throw new ConfabException($"{address} is an IPv6 address of one link, or an IPv4 address in the form of one: give --address one of {string.Join(", ", others)}.");
        foreach (var candidate in interfaces)
        {
            if (candidate.Address == parsed)
                return candidate;
        }
        foreach (var candidate in interfaces)
        {
            // All of 127.0.0.0/8 is this machine's own, though the interface lists one address of it.
            if (candidate.IsLoopback && parsed.IsV4 && candidate.Address.IsV4 && parsed.IsLoopback)
                return candidate with { Address = parsed };
        }
        throw new ConfabException($"{address} is not an address of this machine: give --address one of {string.Join(", ", others)}.");
    }

    private static AddressRange Parse(string text, NetAddress own)
    {
        if (!AddressRange.TryParse(text, out var range))
            throw new ConfabException($"'{text}' is not a range of addresses for --range: {AddressRange.Form}.");
        NeedFamily(text, range.First, own, "--range");
        return range;
    }

    private static void NeedFamily(string text, NetAddress other, NetAddress own, string flag)
    {
        if (other.IsV4 != own.IsV4)
            throw new ConfabException($"'{text}' is {other.FamilyName}, and this node has the {own.FamilyName} address {own.ToIPAddress()}: a flock speaks one of the two. Choose with --address, or give another {flag}.");
    }

    private static List<AddressRange> Widest(List<AddressRange> ranges)
    {
        var kept = new List<AddressRange>();
        foreach (var range in ranges.OrderBy(range => range.PrefixLength))
        {
            if (!kept.Exists(wider => wider.Contains(range.First)))
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
            NeedFamily(text, contact, own, "--contact");
            contact = contact.Port == 0 ? contact.WithPort(own.Port) : contact;
            if (contact != own && !(contact.Port == own.Port && neighbourhood.Exists(range => range.Contains(contact))))
                kept.Add(contact);
        }
        return kept.Count <= FlockOptions.MaxContacts
            ? [.. kept]
            : throw new ConfabException($"{kept.Count} contacts are too many: give at most {FlockOptions.MaxContacts}. One of them that answers is enough; a --range covers many.");
    }
}
