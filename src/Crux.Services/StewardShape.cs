using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Crux.Machines.Registry;

namespace Crux.Services;

/// <summary>What reeve and steward say to each other, between its message form and the machines' own. Long lists travel in parts.</summary>
internal static class StewardShape
{
    /// <summary>How many entries one message carries at most: about 300 KB, where labels are few.</summary>
    public const int MaxEntriesPerMessage = 1000;

    /// <summary>How large one message may be: <see cref="MaxEntriesPerMessage"/> entries with every label at its limit.</summary>
    public const int MaxMessageBytes = 32 * 1024 * 1024;

    public static IEnumerable<Protos.ReeveReport> ToProto(ReeveReport report) => report switch
    {
        SnapshotReport snapshot => Parts(snapshot.Entries).Select(part => new Protos.ReeveReport
        {
            Snapshot = new Protos.Snapshot { Entries = { part.Entries.Select(EntryShape.ToProto) }, Sequence = snapshot.Sequence, More = part.More },
        }),
        ChangeReport change =>
        [
            new Protos.ReeveReport
            {
                Change = new Protos.Change { Upserts = { change.Upserts.Select(EntryShape.ToProto) }, Removed = { change.Removed }, Sequence = change.Sequence },
            },
        ],
        InterestReport interest =>
        [
            new Protos.ReeveReport
            {
                Interest = new Protos.Interest { Selectors = { interest.Apis.Select(api => new Protos.Selector { Api = api }) }, Refresh = interest.Refresh },
            },
        ],
        DigestReport digest =>
        [
            new Protos.ReeveReport { Digest = new Protos.Digest { Sequence = digest.Sequence, Count = (uint)digest.Count, Hash = digest.Hash } },
        ],
        _ => [],
    };

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
        var message = new Protos.RegistryUpdate { Revision = update.Revision, Complete = update.Complete, More = update.More };
        message.Upserts.AddRange(update.Upserts.Select(EntryShape.ToProto));
        message.Removed.AddRange(update.Removed.Select(key => new Protos.EntryKey { NodeId = EntryShape.ToProto(key.Node), InstanceId = key.InstanceId }));
        message.Selectors.AddRange(update.Apis.Select(api => new Protos.Selector { Api = api }));
        message.Unheard.AddRange(update.Unheard.Select(EntryShape.ToProto));
        if (update.OnlyNode is { } node)
            message.OnlyNode = EntryShape.ToProto(node);
        return message;
    }

    private static UpdatePush Read(Protos.RegistryUpdate message, GroupToken token, out int unreadable)
    {
        var upserts = Read(message.Upserts, out unreadable);
        var onlyNode = EntryShape.TryRead(message.OnlyNode, out var node) ? node : (NodeId?)null;
        return new UpdatePush(token, message.Revision)
        {
            Upserts = upserts,
            Removed = [.. message.Removed.Where(key => key.NodeId.Length == NodeId.SizeBytes).Select(key => new EntryKey(NodeId.Read(key.NodeId.Span), key.InstanceId))],
            Complete = message.Complete && (message.OnlyNode.IsEmpty || onlyNode is not null),
            IsDamaged = unreadable > 0,
            Apis = [.. message.Selectors.Select(selector => selector.Api)],
            More = message.More,
            Unheard = [.. message.Unheard.Where(id => id.Length == NodeId.SizeBytes).Select(id => NodeId.Read(id.Span))],
            OnlyNode = onlyNode,
        };
    }

    private static IEnumerable<(ArraySegment<ServiceEntry> Entries, bool More)> Parts(ImmutableArray<ServiceEntry> entries)
    {
        var all = System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsArray(entries)!;
        for (var from = 0; from == 0 || from < all.Length; from += MaxEntriesPerMessage)
        {
            var count = Math.Min(MaxEntriesPerMessage, all.Length - from);
            yield return (new ArraySegment<ServiceEntry>(all, from, count), from + count < all.Length);
        }
    }
}
