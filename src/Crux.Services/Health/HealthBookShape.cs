using System.Diagnostics.CodeAnalysis;
using Crux.Machines.Health;
using Crux.Machines.Registry;

namespace Crux.Services.Health;

/// <summary>The healthminder's book and records between their message form and the machine's own. Books travel in parts.</summary>
internal static class HealthBookShape
{
    /// <summary>How many changes one part of a book may hold, about; gRPC takes messages of 4 MiB.</summary>
    public const int ChangesPerPart = 8_000;

    // What a history weighs beside its changes.
    private const int WeightOfHistory = 4;

    public static IEnumerable<Protos.HealthUpdate> ToParts(HealthBook book)
    {
        var part = Begin();
        var weight = 0;
        foreach (var history in book.Histories)
        {
            if (weight > ChangesPerPart)
            {
                part.More = true;
                yield return new Protos.HealthUpdate { Book = part };
                (part, weight) = (Begin(), 0);
            }
            part.Histories.Add(ToProto(history));
            weight += WeightOfHistory + history.Changes.Length;
        }
        yield return new Protos.HealthUpdate { Book = part };

        Protos.HealthBook Begin() => new() { Edition = book.Edition, Sequence = book.Sequence, SinceUnixMs = book.SinceUnixMs };
    }

    /// <summary>The book of which these are the parts. What can't be read is left out.</summary>
    public static HealthBook Join(IReadOnlyList<Protos.HealthBook> parts)
    {
        var words = new SharedWords();
        return new(parts[^1].Edition, parts[^1].Sequence, parts[^1].SinceUnixMs, [.. parts.SelectMany(part => part.Histories).Select(history => Read(history, words)).OfType<HealthHistory>()]);
    }

    /// <summary>A part alone, as the book of what is in it.</summary>
    public static HealthBook Read(Protos.HealthBook part, SharedWords words) =>
        new(part.Edition, part.Sequence, part.SinceUnixMs, [.. part.Histories.Select(history => Read(history, words)).OfType<HealthHistory>()]);

    public static Protos.HealthUpdate ToProto(HealthRecord record) => new()
    {
        Record = new Protos.HealthRecord
        {
            Sequence = record.Sequence,
            AtUnixMs = record.AtUnixMs,
            Instance = record.Subject.Instance.ToString(),
            NodeId = EntryShape.ToProto(record.Subject.Node),
            Node = record.NodeName,
            InstanceId = record.InstanceId,
            Kind = (Protos.HealthRecordKind)record.Kind,
            State = (Protos.HealthState)record.State,
            Reason = record.Reason,
        },
    };

    public static bool TryRead(Protos.HealthRecord message, [NotNullWhen(true)] out HealthRecord? record, SharedWords? words = null)
    {
        record = null;
        if (!TryRead(message.Instance, message.NodeId, words, out var subject)
            || message.Kind is < Protos.HealthRecordKind.There or > Protos.HealthRecordKind.InSight
            || message.InstanceId.Length > ServiceEntry.MaxInstanceIdLength)
            return false;
        record = new HealthRecord(
            message.Sequence, message.AtUnixMs, subject, message.Node, message.InstanceId, (HealthRecordKind)message.Kind, ReadState(message.State), Cut(message.Reason, words));
        return true;
    }

    public static Protos.HealthTally ToProto(HealthTally tally) => new()
    {
        UnknownMs = tally.UnknownMs, UpMs = tally.UpMs, DrainingMs = tally.DrainingMs, DownMs = tally.DownMs, LeftMs = tally.LeftMs,
    };

    public static Protos.HealthChange ToProto(HealthChange change) => new() { AtUnixMs = change.AtUnixMs, State = (Protos.HealthState)change.State, Reason = change.Reason };

    private static Protos.HealthHistory ToProto(HealthHistory history)
    {
        var message = new Protos.HealthHistory
        {
            Instance = history.Subject.Instance.ToString(), NodeId = EntryShape.ToProto(history.Subject.Node), Node = history.NodeName, OutOfSight = history.IsOutOfSight,
        };
        foreach (var (id, state) in history.Points)
            message.Points[id] = (Protos.HealthState)state;
        message.Changes.AddRange(history.Changes.Select(ToProto));
        if (history.Rolled is { } rolled)
        {
            message.Rolled = new Protos.RolledHealth
            {
                FromUnixMs = rolled.FromUnixMs, UntilUnixMs = rolled.UntilUnixMs, Tally = ToProto(rolled.Tally), Changes = (uint)rolled.Changes,
            };
        }
        return message;
    }

    private static HealthHistory? Read(Protos.HealthHistory message, SharedWords words) => !TryRead(message.Instance, message.NodeId, words, out var subject)
        ? null
        : new HealthHistory(
            subject,
            words.Share(message.Node),
            [.. message.Points.OrderBy(point => point.Key, StringComparer.Ordinal).Select(point => KeyValuePair.Create(point.Key, ReadState(point.Value)))],
            message.OutOfSight,
            message.Rolled is { } rolled ? new RolledHistory(rolled.FromUnixMs, rolled.UntilUnixMs, Read(rolled.Tally), (int)Math.Min(rolled.Changes, int.MaxValue)) : null,
            [.. message.Changes.Select(change => new HealthChange(change.AtUnixMs, ReadState(change.State), Cut(change.Reason, words)))]);

    private static HealthTally Read(Protos.HealthTally? tally) =>
        tally is null ? default : new HealthTally(tally.UnknownMs, tally.UpMs, tally.DrainingMs, tally.DownMs, tally.LeftMs);

    private static bool TryRead(string instance, Google.Protobuf.ByteString nodeId, SharedWords? words, [NotNullWhen(true)] out HealthSubject? subject)
    {
        var name = default(InstanceName);
        var isName = words?.TryGet(instance, out name) ?? InstanceName.TryParse(instance, out name, out _);
        subject = isName && EntryShape.TryRead(nodeId, out var node) ? new HealthSubject(name!, node) : null;
        return subject is not null;
    }

    private static HealthState ReadState(Protos.HealthState state) =>
        state is >= Protos.HealthState.Unknown and <= Protos.HealthState.Left ? (HealthState)state : HealthState.Unknown;

    private static string Cut(string reason, SharedWords? words)
    {
        var cut = reason.Length > ServiceEntry.MaxReasonLength ? reason[..ServiceEntry.MaxReasonLength] : reason;
        return words?.Share(cut) ?? cut;
    }
}
