using System.Globalization;
using Crux.Protos;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using ShutOutNode = Crux.Machines.Flock.Keys.ShutOutNode;

namespace Crux.Services.Operator;

/// <summary>What a node knows of its flock, as messages and warnings.</summary>
internal static class StandingShape
{
    /// <summary>Sources of unread datagrams that a status names; the table holds more.</summary>
    public const int MaxUnread = 16;

    private const string Revoked = "Revoked";
    private const string Denied = "Denied";

    public static GetSealingReply Sealing(FlockStanding standing, GroupSnapshot view)
    {
        var reply = new GetSealingReply
        {
            Uuid = Bytes(standing.Sealing.Uuid),
            Holders = (uint)standing.Sealing.Holders,
            Members = (uint)view.Members.Length,
            WaitsFor = standing.Sealing.WaitsFor,
            AbsorbedInto = Bytes(standing.Sealing.AbsorbedInto),
            Orders = (uint)standing.Orders,
        };
        reply.Foreigners.Add(standing.Foreigners.Select(foreigner => new ForeignFlockInfo
        {
            Bloc = foreigner.Bloc,
            Flock = foreigner.Flock,
            Uuid = Bytes(foreigner.Uuid),
            Address = foreigner.At.ToString(),
        }));
        return reply;
    }

    /// <param name="whoWasShutOut">The node that was at an address, where it was shut out.</param>
    public static void Fill(GetStatusReply reply, FlockStanding standing, GroupSnapshot view, Func<NetAddress, ShutOutNode?> whoWasShutOut)
    {
        reply.LeaderFenced = view.Grade == LeaderGrade.Fenced;
        // Of a lineage that the view has left, or not come to yet, nothing is told.
        if (reply.LeaderFenced && standing.Election is { } election && (ulong)(election.Lineage >> 64) == view.Token.Lineage)
        {
            reply.Voters.Add(election.Voters.Select(voter => view.Find(voter.Id)?.Name ?? voter.Name).Order(StringComparer.Ordinal));
            if (view.Leader == view.Self)
                reply.LeaseLeft = Duration.FromTimeSpan(TimeSpan.FromTicks(Math.Max(0, (election.LeaseUntil - standing.ReadAt).Ticks)));
        }
        reply.SealedAs = Bytes(standing.Sealing.Uuid);
        reply.Unread.Add(standing.Unread.Take(MaxUnread).Select(source => new UnreadSourceInfo
        {
            Address = source.From.ToString(),
            Count = (ulong)source.Count,
            // Whatever the bytes look like: that is why they are not used.
            Why = whoWasShutOut(source.From) is { } node ? (node.IsRevoked ? Revoked : Denied) : source.Why.ToString(),
            Ago = Duration.FromTimeSpan(standing.ReadAt - source.LastAt),
        }));
    }

    /// <param name="standing">What the node knows.</param>
    /// <param name="view">Whom it sees.</param>
    /// <param name="isKeptOut">Whether the flock does not let it in: then it sees nobody vote, and that says nothing of the voters.</param>
    public static IEnumerable<string> Warnings(FlockStanding standing, GroupSnapshot view, bool isKeptOut)
    {
        if (standing.Aside is { } aside)
            yield return aside;
        if (!isKeptOut && VoterShortage.Of(standing) is { } shortage)
            yield return $"{shortage.What} {shortage.Remedy}";
        foreach (var clone in standing.ClonesIn(view))
            yield return $"{clone.Text} See 'crux doctor'.";
        foreach (var problem in standing.NotWritten)
            yield return $"{problem} See 'crux doctor'.";
        foreach (var foreigner in standing.ForeignersIn(view))
            yield return $"Another flock of the same secret is near, at {foreigner.At}: {foreigner.Bloc}/{foreigner.Flock}{(foreigner.Uuid == 0 ? "" : $", sealed as {foreigner.Uuid:x32}")}. See 'crux doctor'.";
        if (standing.Sealing.WaitsFor.Length > 0)
            yield return $"An order to seal this flock waits: {standing.Sealing.WaitsFor}. See 'crux flock show'.";
        if (standing.Sealing.AbsorbedInto != 0)
            yield return $"This flock of {view.Members.Length} is to go into {standing.Sealing.AbsorbedInto:x32}, and has not met it. See 'crux flock show'.";
    }

    public static IEnumerable<VoterInfo> Voters(FlockStanding standing) => standing.Election is not { } election ? [] : election.Voters.Select(voter => new VoterInfo
    {
        NodeId = ByteString.CopyFrom(voter.Id.ToArray()),
        Name = voter.Name,
        Address = voter.Address.ToString(),
        Presence = voter.Presence switch
        {
            Machines.Flock.Election.VoterPresence.Here => VoterPresence.Here,
            Machines.Flock.Election.VoterPresence.Unreachable => VoterPresence.Unreachable,
            _ => VoterPresence.Gone,
        },
    });

    public static DoctorFinding Of(Finding finding) => new() { Code = finding.Code, Trouble = finding.IsTrouble, What = finding.What, Remedy = finding.Remedy };

    public static string Word(ProbeOutcome outcome) => outcome.ToString().ToLowerInvariant();

    public static ByteString Bytes(UInt128 uuid) => uuid == 0 ? ByteString.Empty : ByteString.CopyFrom(Convert.FromHexString(uuid.ToString("x32", CultureInfo.InvariantCulture)));
}
