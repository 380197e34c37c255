using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Crux.Machines.Registry;

namespace Crux.Services;

/// <summary>What reeve and steward say to each other, between its message form and the machines' own. Long lists travel in parts.</summary>
internal static class StewardShape
{
    public static Protos.ReeveReport ToProto(ReeveReport report)
    {
        var message = new Protos.ReeveReport();
        switch (report)
        {
            case SnapshotReport snapshot:
                message.Snapshot = new Protos.Snapshot
                {
                    Entries = { snapshot.Entries.Select(EntryShape.ToProto) }, Sequence = snapshot.Sequence, More = snapshot.More,
                    Life = snapshot.Life, AgeMs = (ulong)snapshot.Age.TotalMilliseconds,
                };
                break;
            case ChangeReport change:
                message.Change = new Protos.Change { Upserts = { change.Upserts.Select(EntryShape.ToProto) }, Gone = { change.Gone.Select(ToProto) }, Sequence = change.Sequence };
                break;
            case InterestReport interest:
                message.Interest = new Protos.Interest { Selectors = { interest.Apis.Select(api => new Protos.Selector { Api = api }) }, Refresh = interest.Refresh };
                break;
            case DigestReport digest:
                message.Digest = new Protos.Digest
                {
                    Sequence = digest.Sequence, Count = (uint)digest.Count, Hash = digest.Hash, Life = digest.Life, AgeMs = (ulong)digest.Age.TotalMilliseconds,
                };
                break;
        }
        return message;
    }

    /// <summary>Reads a report; false where a later version says something that this one doesn't know.</summary>
    public static bool TryRead(Protos.ReeveReport message, [NotNullWhen(true)] out ReeveReport? report, out int unreadable)
    {
        unreadable = 0;
        report = message.ReportCase switch
        {
            Protos.ReeveReport.ReportOneofCase.Snapshot =>
                new SnapshotReport(Read(message.Snapshot.Entries, out unreadable), message.Snapshot.Sequence, message.Snapshot.More)
                {
                    Life = message.Snapshot.Life, Age = TimeSpan.FromMilliseconds(Math.Min(message.Snapshot.AgeMs, int.MaxValue)),
                },
            Protos.ReeveReport.ReportOneofCase.Change =>
                new ChangeReport(Read(message.Change.Upserts, out unreadable), [.. message.Change.Gone.Select(Read)], message.Change.Sequence),
            Protos.ReeveReport.ReportOneofCase.Interest =>
                new InterestReport([.. message.Interest.Selectors.Select(selector => selector.Api)], message.Interest.Refresh),
            Protos.ReeveReport.ReportOneofCase.Digest =>
                new DigestReport(message.Digest.Sequence, (int)Math.Min(message.Digest.Count, int.MaxValue), message.Digest.Hash)
                {
                    Life = message.Digest.Life, Age = TimeSpan.FromMilliseconds(Math.Min(message.Digest.AgeMs, int.MaxValue)),
                },
            _ => null,
        };
        return report is not null;
    }

    public static Protos.StewardPush ToProto(StewardPush push)
    {
        var message = new Protos.StewardPush { Token = EntryShape.ToProto(push.Token) };
        switch (push)
        {
            case StandingPush standing:
                message.Standing = ToProto(standing);
                break;
            case UpdatePush update:
                message.Update = ToProto(update);
                break;
            case ResyncPush:
                message.Resync = new Protos.Resync();
                break;
        }
        return message;
    }

    public static Protos.Standing ToProto(StandingPush standing) => new()
    {
        State = EntryShape.ToProto(standing.Phase),
        ReevesHeard = (uint)standing.Heard,
        ReevesExpected = (uint)standing.Expected,
    };

    /// <summary>Reads a push; false where a later version says something that this one doesn't know.</summary>
    public static bool TryRead(Protos.StewardPush message, [NotNullWhen(true)] out StewardPush? push, out int unreadable)
    {
        unreadable = 0;
        var token = EntryShape.Read(message.Token);
        push = message.PushCase switch
        {
            Protos.StewardPush.PushOneofCase.Standing when message.Standing.State is Protos.StewardState.Rebuilding or Protos.StewardState.Ready =>
                new StandingPush(token, (StewardPhase)message.Standing.State, (int)message.Standing.ReevesHeard, (int)message.Standing.ReevesExpected),
            Protos.StewardPush.PushOneofCase.Update => Read(message.Update, token, out unreadable),
            Protos.StewardPush.PushOneofCase.Resync => new ResyncPush(token),
            _ => null,
        };
        return push is not null;
    }

    public static ImmutableArray<ServiceEntry> Read(IReadOnlyCollection<Protos.Entry> messages, out int unreadable)
    {
        var entries = ImmutableArray.CreateBuilder<ServiceEntry>(messages.Count);
        foreach (var message in messages)
        {
            if (EntryShape.TryRead(message, out var entry))
                entries.Add(entry);
        }
        unreadable = messages.Count - entries.Count;
        return entries.DrainToImmutable();
    }

    private static Protos.RegistryUpdate ToProto(UpdatePush update)
    {
        var message = new Protos.RegistryUpdate { Revision = update.Revision, Complete = update.Complete, More = update.More, ViewHash = update.ViewHash, Tentative = update.IsTentative };
        message.Upserts.AddRange(update.Upserts.Select(EntryShape.ToProto));
        message.Removed.AddRange(update.Removed.Select(ToProto));
        message.Selectors.AddRange(update.Apis.Select(api => new Protos.Selector { Api = api }));
        message.Unheard.AddRange(update.Unheard.Select(EntryShape.ToProto));
        return message;
    }

    private static UpdatePush Read(Protos.RegistryUpdate message, GroupToken token, out int unreadable)
    {
        var upserts = Read(message.Upserts, out unreadable);
        return new UpdatePush(token, message.Revision)
        {
            Upserts = upserts,
            Removed = [.. message.Removed.Where(key => key.NodeId.Length == NodeId.SizeBytes).Select(Read)],
            Complete = message.Complete,
            IsDamaged = unreadable > 0,
            Apis = [.. message.Selectors.Select(selector => selector.Api)],
            More = message.More,
            Unheard = [.. message.Unheard.Where(id => id.Length == NodeId.SizeBytes).Select(id => NodeId.Read(id.Span))],
            ViewHash = message.ViewHash,
            IsTentative = message.Tentative,
        };
    }

    private static Protos.Departure ToProto(Departure departure) =>
        new() { InstanceId = departure.InstanceId, Kind = (Protos.DepartureKind)departure.Kind, Reason = departure.Reason };

    // Whatever a later version says of it: it is gone.
    private static Departure Read(Protos.Departure message) => new(
        message.InstanceId,
        message.Kind == Protos.DepartureKind.Left ? DepartureKind.Left : DepartureKind.Failed,
        message.Reason.Length > ServiceEntry.MaxReasonLength ? message.Reason[..ServiceEntry.MaxReasonLength] : message.Reason);

    private static Protos.EntryKey ToProto(EntryRemoval removal) =>
        new() { Api = removal.Api, NodeId = EntryShape.ToProto(removal.Key.Node), InstanceId = removal.Key.InstanceId };

    private static EntryRemoval Read(Protos.EntryKey key) => new(key.Api, new EntryKey(NodeId.Read(key.NodeId.Span), key.InstanceId));
}
