using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>
/// The order in which instances are offered to one node: serving before degraded, then the highest version, then the nearest.
/// What is unhealthy, drains, or runs on a node that can't be reached is left out, with a reason; a draining instance is
/// still offered where nothing else is left.
/// </summary>
public static class Ranking
{
    private const int Serving = 0, Degraded = 1, Draining = 2;

    /// <summary>Orders <paramref name="candidates"/>, which all fit one selector. Equal input gives equal output, in whatever order it comes.</summary>
    /// <param name="candidates">Entries of one api.</param>
    /// <param name="view">Who is a member and can be reached.</param>
    public static RankedOffers Rank(IEnumerable<ServiceEntry> candidates, GroupSnapshot view)
    {
        var rack = view.Find(view.Self)?.Rack ?? "";
        var standing = new List<Candidate>();
        var draining = new List<Candidate>();
        var leftOut = new List<Candidate>();
        foreach (var entry in candidates)
        {
            var member = view.Find(entry.Node);
            var candidate = new Candidate(entry, member?.Rack ?? "", Place(entry.Node, member, view.Self, rack));
            candidate.Reason = ReasonToLeaveOut(entry, member);
            if (candidate.Reason.Length > 0)
                leftOut.Add(candidate);
            else if (entry.Status == ServiceStatus.Draining)
                draining.Add(candidate);
            else
                standing.Add(candidate);
        }
        if (standing.Count > 0)
        {
            foreach (var candidate in draining)
                candidate.Reason = "draining: it takes nobody new while others serve";
            leftOut.AddRange(draining);
        }
        return new RankedOffers(Offer(standing.Count > 0 ? standing : draining), List(leftOut));
    }

    private static ImmutableArray<RankedOffer> Offer(List<Candidate> candidates)
    {
        if (candidates.Count == 0)
            return [];
        SetVersionRanks(candidates);
        candidates.Sort();
        var newest = candidates.Find(candidate => candidate.VersionRank == 0)!.Entry.Instance.Version;
        var offers = ImmutableArray.CreateBuilder<RankedOffer>(candidates.Count);
        var tier = 0;
        for (var i = 0; i < candidates.Count; i++)
        {
            if (i > 0 && !candidates[i].SharesTierWith(candidates[i - 1]))
                tier++;
            offers.Add(new RankedOffer(candidates[i].Entry, tier, candidates[i].Proximity, candidates[i].Rack, ReasonToOffer(candidates[i], newest)));
        }
        return offers.MoveToImmutable();
    }

    private static ImmutableArray<RankedOffer> List(List<Candidate> candidates)
    {
        if (candidates.Count == 0)
            return [];
        SetVersionRanks(candidates);
        candidates.Sort();
        return [.. candidates.Select(c => new RankedOffer(c.Entry, RankedOffer.NotOffered, c.Proximity, c.Rack, c.Reason))];
    }

    // Versions compare slowly and are few: they are ordered once, and candidates compare by number.
    private static void SetVersionRanks(List<Candidate> candidates)
    {
        var versions = candidates.Select(candidate => candidate.Entry.Instance.Version).Distinct(StringComparer.Ordinal).ToList();
        versions.Sort((a, b) => InstanceName.CompareVersions(b, a) is var order && order != 0 ? order : string.CompareOrdinal(a, b));
        var ranks = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < versions.Count; i++)
        {
            // 3 and 03 are one version, written in two ways.
            var sameAsBefore = i > 0 && InstanceName.CompareVersions(versions[i], versions[i - 1]) == 0;
            ranks[versions[i]] = sameAsBefore ? ranks[versions[i - 1]] : i;
        }
        foreach (var candidate in candidates)
            candidate.VersionRank = ranks[candidate.Entry.Instance.Version];
    }

    private static Proximity Place(NodeId node, Member? member, NodeId self, string rack) =>
        node == self ? Proximity.SameNode
        : rack.Length > 0 && member?.Rack == rack ? Proximity.SameRack
        : Proximity.Elsewhere;

    private static string ReasonToLeaveOut(ServiceEntry entry, Member? member) => (member, entry.Status) switch
    {
        (null, _) => $"its node {entry.NodeName} is not in this node's view",
        ({ Status: MemberStatus.Unreachable }, _) => $"its node {entry.NodeName} can't be reached",
        (_, ServiceStatus.Unhealthy) => Because("unhealthy", entry),
        (_, ServiceStatus.Serving or ServiceStatus.Degraded or ServiceStatus.Draining) => "",
        _ => "it does not say whether it serves",
    };

    private static string ReasonToOffer(Candidate candidate, string newest)
    {
        var place = candidate.Proximity switch
        {
            Proximity.SameNode => "same node",
            Proximity.SameRack => "same rack",
            _ => "elsewhere",
        };
        var version = candidate.VersionRank == 0 ? "newest version" : $"version {candidate.Entry.Instance.Version}, older than {newest}";
        return candidate.StatusClass switch
        {
            Serving => $"{version}, {place}",
            Degraded => $"{version}, {place}; {Because("degraded", candidate.Entry)}; offered after what serves",
            _ => $"{version}, {place}; draining, and nothing else is left",
        };
    }

    private static string Because(string status, ServiceEntry entry) =>
        entry.StatusReason.Length == 0 ? status : $"{status}: {entry.StatusReason}";

    private sealed class Candidate(ServiceEntry entry, string rack, Proximity proximity) : IComparable<Candidate>
    {
        public ServiceEntry Entry => entry;
        public string Rack => rack;
        public Proximity Proximity => proximity;
        public string Reason { get; set; } = "";
        public int VersionRank { get; set; }

        public int StatusClass => entry.Status switch
        {
            ServiceStatus.Serving => Serving,
            ServiceStatus.Degraded => Degraded,
            _ => Draining,
        };

        public bool SharesTierWith(Candidate other) =>
            StatusClass == other.StatusClass && VersionRank == other.VersionRank && Proximity == other.Proximity;

        public int CompareTo(Candidate? other)
        {
            var order = StatusClass.CompareTo(other!.StatusClass);
            if (order == 0)
                order = VersionRank.CompareTo(other.VersionRank);
            if (order == 0)
                order = Proximity.CompareTo(other.Proximity);
            return order != 0 ? order : Entry.Key.CompareTo(other.Entry.Key);
        }
    }
}
