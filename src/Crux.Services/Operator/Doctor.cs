using System.Globalization;
using Crux.Machines.Flock;
using Crux.Machines.Flock.Keys;

namespace Crux.Services.Operator;

/// <summary>Why is a node alone, or missing? Reads the signs; asks nobody.</summary>
internal static class Doctor
{
    /// <summary>Signs older than this are of another day.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromMinutes(2);

    /// <summary>What the local node's own state tells.</summary>
    public static IEnumerable<Finding> OfSelf(GroupSnapshot view, FlockStanding standing, KeyReport keys, NodeFacts node, long datagramsReceived)
    {
        if (keys.Refused is { } refused)
            yield return new("approval-pending", true, refused, $"On a member: 'crux node list', then 'crux node approve {node.Id}' with the operator's key.");
        else if (OfShutOut(keys, node) is { } shutOut)
            yield return shutOut;
        if (standing.Aside is { } aside)
        {
            yield return new("put-aside", true, aside, "Here: 'systemctl stop fulcrum', 'crux node new-identity', 'systemctl start fulcrum'.");
            yield break;
        }
        foreach (var problem in standing.NotWritten)
            yield return new("not-written", true, problem, "Make room on that disk ('df'), or mend it; it is tried again every few seconds. Until then this node can't take new keys or vote.");
        // Who is kept out sees nobody vote, and that says nothing of the voters.
        var isKeptOut = keys.Refused is not null || OfShutOut(keys, node) is not null;
        if (!isKeptOut && VoterShortage.Of(standing) is { } shortage)
            yield return shortage;
        foreach (var clone in standing.ClonesIn(view))
            yield return new("cloned-identity", true, clone.Text, "On the copy: 'systemctl stop fulcrum', 'crux node new-identity', 'systemctl start fulcrum'.");
        foreach (var foreigner in standing.ForeignersIn(view))
            yield return Foreign(foreigner.At, foreigner, node, standing);
        if (standing.Unread.Where(source => IsRecent(source, standing) && SpeaksOtherSecret(source) && !IsNamed(source.From, standing) && !IsMember(source.From, view)).ToList() is { Count: > 0 } unread)
        {
            yield return new("wrong-secret", true,
                $"{Addresses(unread.Count)} sent datagrams that this node can't read and that name no flock of its secret, the last one {unread[0].From}.",
                "Compare the fingerprint of the flock file there with the one here: 'fulcrum check' prints it. Copy the right file, mode 0600, and restart fulcrum there.");
        }
        if (standing.Unread.FirstOrDefault(source => IsRecent(source, standing) && source.Why == RejectReason.Version) is { Count: > 0 } other)
            yield return new("other-version", true, $"{other.From} speaks another version of the protocol, or another protocol.", "Compare 'fulcrum --version' on both machines.");
        if (standing.Ranges.Count == 0 && standing.Contacts.Count == 0)
            yield return new("no-range", true, "This node looks nowhere for others; it only hears those that find it.", "Give fulcrum a --range or a --contact.");
        if (isKeptOut)
            yield break;
        if (view.Members.Length > 1)
        {
            yield return new("members", false, $"{view.Members.Length} members are in the view.", "");
            yield break;
        }
        yield return new("alone", true,
            $"This node is alone. It looks at port {standing.Port} in {Places(standing)}, and received {datagramsReceived.ToString(CultureInfo.InvariantCulture)} datagrams.",
            datagramsReceived == 0
                ? "Nothing at all came in: ask for one that should be there with 'crux doctor ADDRESS'; else a firewall here or there drops UDP, or nobody else runs in these ranges."
                : "Ask for one that should be there with 'crux doctor ADDRESS'.");
    }

    /// <summary>What to say where this node itself is shut out, and has heard the order; null where it isn't.</summary>
    public static Finding? OfShutOut(KeyReport keys, NodeFacts node) => keys.ShutOut.FirstOrDefault(it => it.Id == node.Id) is { } order
        ? new("shut-out", true,
            $"The operator has {(order.IsRevoked ? "revoked" : "shut out")} this node, by order {Number(order)}: no member takes anything from it any more, and what it shows of them is old.",
            $"If that was meant, switch it off. If not, on a member: 'crux node approve {node.Id}'.")
        : null;

    /// <summary>The node that was at an address when it was last in view, where it was shut out and nobody else is there now; null otherwise.</summary>
    public static ShutOutNode? WhoWasShutOut(NetAddress address, GroupSnapshot view, KeyReport keys, Func<NodeId, (string Name, NetAddress Address)?> lastHeardOf) =>
        view.Members.Any(member => member.Address == address) ? null : keys.ShutOut.FirstOrDefault(it => lastHeardOf(it.Id)?.Address == address);

    /// <summary>What is with one address: first the surest sign.</summary>
    /// <param name="lastHeardOf">A node's name and address, as it was when it was last in view or asked to be let in.</param>
    /// <param name="datagramsReceived">At this node's own port, since it started; the probe hears at another.</param>
    public static Finding OfAddress(
        NetAddress address, ProbeResult probe, GroupSnapshot view, FlockStanding standing, KeyReport keys, NodeFacts node, Func<NodeId, (string Name, NetAddress Address)?> lastHeardOf,
        long datagramsReceived)
    {
        if (address == node.Address)
            return new("self", false, $"{address} is this node itself.", "");
        if (keys.Pending.FirstOrDefault(pending => pending.Address == address) is { } waiting)
            return new("approval-pending", true, $"{address} is {waiting.Name}, which asked to be let in and waits for the operator.", $"'crux node approve {waiting.Id} --operator-key FILE', or 'crux node deny'.");
        if (view.Members.FirstOrDefault(member => member.Address == address) is { } member)
        {
            return member.Status == MemberStatus.Alive
                ? new("member", false, $"{address} is {member.Name}, an alive member.", "")
                : new("unreachable", true, $"{address} is {member.Name}, a member that has been silent with many others: a partition.", "Mend the network between them, or give them up with 'crux flock accept-loss'.");
        }
        if (WhoWasShutOut(address, view, keys, lastHeardOf) is { } shutOut)
        {
            return new("shut-out", true,
                $"{address} was {lastHeardOf(shutOut.Id)!.Value.Name}, which the operator has {(shutOut.IsRevoked ? "revoked" : "shut out")} by order {Number(shutOut)}.",
                $"If that was a mistake: 'crux node approve {shutOut.Id} --operator-key FILE'. A machine that was set up anew there joins under another id.");
        }
        // One that got an identity of its own since then answers, or is a member.
        if (probe.Udp == ProbeOutcome.Silence && standing.Clones.Any(clone => clone.Aside == address))
            return new("cloned-identity", true, $"{address} is a copy of another machine of this flock, with its identity, and was put aside.", "There: 'systemctl stop fulcrum', 'crux node new-identity', 'systemctl start fulcrum'.");
        return probe.Udp switch
        {
            ProbeOutcome.Foreign => Foreign(address, probe.Stranger!, node, standing),
            ProbeOutcome.Answer => Reached(address, standing, datagramsReceived),
            ProbeOutcome.Forbidden => new("own-firewall", true, $"This machine's own firewall lets no UDP out to {address}.", $"Allow UDP and TCP port {address.Port} out and in: 'nft list ruleset' shows what forbids it."),
            ProbeOutcome.Refused => new("not-running", true, $"{address.ToIPAddress()} is up, and nothing listens on UDP port {address.Port} there.", "Start fulcrum there ('systemctl status fulcrum'), or give both the same --port."),
            ProbeOutcome.NoWay => new("no-machine", true, $"There is no machine at {address.ToIPAddress()}, or no way to it.", "Check the address, the power and the cable there, and the route here: 'ip neigh' and 'ip route get ADDRESS'."),
            _ => Silent(address, probe, view, standing, node),
        };
    }

    private static Finding Silent(NetAddress address, ProbeResult probe, GroupSnapshot view, FlockStanding standing, NodeFacts node)
    {
        var host = address.WithPort(0);
        // The last met stands last.
        if (standing.ForeignersIn(view).LastOrDefault(foreigner => foreigner.At == address) is { } named)
            return Foreign(address, named, node, standing);
        var unread = standing.Unread.FirstOrDefault(source => source.From == address && IsRecent(source, standing));
        if (unread.Count > 0 && unread.Why == RejectReason.Version)
            return new("other-version", true, $"{address} speaks another version of the protocol.", "Compare 'fulcrum --version' on both machines.");
        if (unread.Count > 0 && !SpeaksOtherSecret(unread) && probe.Udp != ProbeOutcome.Unreadable)
        {
            return standing.ForeignersIn(view).LastOrDefault(foreigner => foreigner.Uuid != 0 && $"{foreigner.Bloc}/{foreigner.Flock}" == node.FlockId) is { } other
                ? Foreign(address, other, node, standing)
                : new("not-taken", true, $"{address} has this flock's secret, and what it says is not taken here ({unread.Why}): it was shut out, or belongs to another sealed flock.",
                    "'crux doctor' on that machine says which; 'crux node list' and 'crux flock show' here.");
        }
        if (unread.Count > 0 || probe.Udp == ProbeOutcome.Unreadable)
        {
            return new("wrong-secret", true,
                $"A flock node is at {address} and has another secret: {unread.Count} of its datagrams could not be read here, and it reads none of ours.",
                "Compare the fingerprint of the flock file there with the one here: 'fulcrum check' prints it. Copy the right file, mode 0600, and restart fulcrum there.");
        }
        if (standing.Unread.FirstOrDefault(source => source.From.WithPort(0) == host && IsRecent(source, standing)) is { Count: > 0 } otherPort)
            return new("wrong-port", true, $"A node at that address speaks from port {otherPort.From.Port}, not {address.Port}.", $"Give both the same --port: this node uses {node.Address.Port}.");
        return probe.Tcp switch
        {
            ProbeOutcome.Answer => new("firewall", true,
                $"{address} takes TCP connections and no UDP comes back: a firewall drops UDP, or that node has another secret and does not find this one.",
                $"Allow UDP port {address.Port} both ways on both machines ('nft list ruleset'); then compare the flock files' fingerprints with 'fulcrum check'."),
            ProbeOutcome.Refused => new("firewall", true,
                $"{address.ToIPAddress()} is up, nothing listens on its TCP port {address.Port}, and UDP is swallowed: fulcrum is down there, and a firewall drops UDP.",
                $"Start fulcrum there, and allow UDP and TCP port {address.Port}."),
            ProbeOutcome.NoWay => new("no-machine", true, $"There is no machine at {address.ToIPAddress()}, or no way to it.", "Check the address, the power and the cable there, and the route here: 'ip neigh' and 'ip route get ADDRESS'."),
            _ => new("silent", true,
                $"Nothing comes back from {address}, by UDP or TCP: the machine is off, or a firewall drops everything.",
                $"Ping it; allow UDP and TCP port {address.Port} both ways on both machines."),
        };
    }

    private static Finding Reached(NetAddress address, FlockStanding standing, long datagramsReceived)
    {
        var isLookedAt = standing.Contacts.Contains(address);
        var isInRange = isLookedAt || standing.Ranges.Any(range => range.Contains(address));
        if (address.Port != standing.Port && !isLookedAt)
            return new("wrong-port", true, $"{address} belongs to this flock, and nobody here looks at port {address.Port}.", $"Give both the same --port: this node looks at {standing.Port}. Having been asked now, they will join for this time.");
        if (isInRange && datagramsReceived == 0)
        {
            return new("own-firewall", true, $"{address} belongs to this flock and answers, and nothing at all has come to UDP port {standing.Port} here: this machine's own firewall drops it.",
                $"Allow UDP and TCP port {standing.Port} in: 'nft list ruleset' shows what forbids it.");
        }
        return isInRange
            ? new("joining", true, $"{address} belongs to this flock, answers, and is not a member yet.", "It joins in a moment; if it does not, it waits for approval or was denied: see 'crux node list', then 'crux node approve NODE'. 'crux doctor' there says which.")
            : new("out-of-range", true, $"{address} belongs to this flock and lies outside of where this node looks ({Places(standing)}).", "Start fulcrum with a --range that holds it, or with it as a --contact. Having been asked now, they will join for this time.");
    }

    private static Finding Foreign(NetAddress address, Machines.Flock.Authority.ForeignSighting stranger, NodeFacts node, FlockStanding standing)
    {
        var own = node.FlockId.Split('/', 2);
        if (stranger.Bloc != own[0])
            return new("wrong-bloc", true, $"{address} is of bloc '{stranger.Bloc}', and this node of '{own[0]}'; the secret is the same.", "If they belong together, start both with the same --bloc.");
        if (stranger.Flock != own[^1])
            return new("wrong-name", true, $"{address} is of flock '{stranger.Flock}', and this node of '{own[^1]}'; secret and bloc are the same.", "If they belong together, start both with the same --flock.");
        return new("foreign-flock", true,
            $"{address} belongs to the sealed flock {stranger.Uuid:x32}, and this node to {standing.Sealing.Uuid:x32}; secret, bloc and name are the same.",
            "Separate their networks, or take one into the other: 'crux flock absorb' on a node of the one that is to end.");
    }

    /// <summary>Whether a reason, by its name, means that another secret, bloc or name is spoken there.</summary>
    public static bool SpeaksOtherSecret(string why) => why is nameof(RejectReason.ForeignFlock) or nameof(RejectReason.NotAuthentic);

    private static bool IsRecent(UnreadSource source, FlockStanding standing) => source.Count > 0 && standing.ReadAt - source.LastAt < Recent;

    private static bool SpeaksOtherSecret(UnreadSource source) => source.Why is RejectReason.ForeignFlock or RejectReason.NotAuthentic;

    // Its keys were not here yet, or not there; they are now.
    private static bool IsMember(NetAddress address, GroupSnapshot view) => view.Members.Any(member => member.Address == address && member.Status == MemberStatus.Alive);

    private static bool IsNamed(NetAddress address, FlockStanding standing) => standing.Foreigners.Any(foreigner => foreigner.At == address || foreigner.Uuid != 0 || foreigner.At.WithPort(0) == address.WithPort(0));

    private static string Places(FlockStanding standing) =>
        string.Join(", ", standing.Ranges) + (standing.Contacts.Count == 0 ? "" : $" and at {string.Join(", ", standing.Contacts)}");

    private static string Number(ShutOutNode node) => node.Sequence.ToString(CultureInfo.InvariantCulture);

    private static string Addresses(int count) => count == 1 ? "One address" : $"{count} addresses";
}
