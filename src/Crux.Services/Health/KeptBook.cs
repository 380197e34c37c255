using Crux.Machines.Health;
using Google.Protobuf;

namespace Crux.Services.Health;

/// <summary>Has a machine remember what a journal holds: a book, and the records that came after it. Entry by entry, so that no more than one is held beside the history itself.</summary>
internal static class KeptBook
{
    /// <summary>Fills a machine that knows nothing yet; false where nothing was kept.</summary>
    public static bool TryRead(IHealthJournal journal, HealthminderMachine machine)
    {
        var (until, words) = (0L, new SharedWords());
        foreach (var entry in journal.Read())
        {
            until = Math.Max(until, entry.AtUnixMs);
            Take(machine, entry.Update.Span, words);
        }
        machine.Remember(until);
        return machine.Count > 0;
    }

    private static void Take(HealthminderMachine machine, ReadOnlySpan<byte> bytes, SharedWords words)
    {
        if (bytes.IsEmpty)
            return;
        try
        {
            var update = Protos.HealthUpdate.Parser.ParseFrom(bytes);
            if (update.Record is { } record && HealthBookShape.TryRead(record, out var read, words))
                machine.TakeAgain(read);
            if (update.Book is { } part)
                machine.Recollect(HealthBookShape.Read(part, words));
        }
        catch (InvalidProtocolBufferException)
        {
            // Its check sum is right, so another version wrote it: what this one can't read is left out.
        }
    }
}
