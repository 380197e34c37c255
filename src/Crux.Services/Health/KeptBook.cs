using Crux.Machines.Health;
using Google.Protobuf;

namespace Crux.Services.Health;

/// <summary>Reads a history from a journal: a book, and the records that came after it.</summary>
internal static class KeptBook
{
    /// <summary>What was kept and until when; null where nothing was.</summary>
    public static (HealthBook Book, long UntilUnixMs)? Read(IHealthJournal journal, string group, HealthHistoryOptions options)
    {
        var (machine, until, parts) = (new HealthminderMachine(0, group, options), 0L, new List<Protos.HealthBook>());
        foreach (var entry in journal.Read())
        {
            until = Math.Max(until, entry.AtUnixMs);
            Take(machine, entry.Update.Span, parts);
        }
        return machine.Count > 0 ? (machine.Export(), until) : null;
    }

    private static void Take(HealthminderMachine machine, ReadOnlySpan<byte> bytes, List<Protos.HealthBook> parts)
    {
        if (bytes.IsEmpty)
            return;
        try
        {
            var update = Protos.HealthUpdate.Parser.ParseFrom(bytes);
            if (update.Record is { } record && HealthBookShape.TryRead(record, out var read))
                machine.TakeAgain(read);
            if (update.Book is not { } part)
                return;
            parts.Add(part);
            if (part.More)
                return;
            machine.Adopt(HealthBookShape.Join(parts));
            parts.Clear();
        }
        catch (InvalidProtocolBufferException)
        {
            // Its check sum is right, so another version wrote it: what this one can't read is left out.
        }
    }
}
