using Crux.Node.Groups;
using Crux.Node.Security;
using Crux.Services.Health;

namespace Crux.Node.Tests.Groups;

public sealed class HealthJournalFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string FilePath => Path.Combine(_directory["state"], "flock", "hall", "mill", "health");

    public HealthJournalFileTests() => Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);

    [Fact]
    public void What_was_added_is_there_again_behind_what_was_written_whole()
    {
        using (var journal = Open(out _))
        {
            journal.Replace([Entry(1), Entry(2)]);
            journal.Append([Entry(3)]);
            journal.Append([new KeptHealth(4, default)]);
            journal.Flush();
            Assert.True(journal.AddedBytes is > 0 and < 100);
        }

        using var again = Open(out var kept);
        Assert.Equal([1L, 2L, 3L, 4L], kept.Select(entry => entry.AtUnixMs));
        Assert.Equal(Entry(3).Update.ToArray(), kept[2].Update.ToArray());
        Assert.Null(again.Problem);
        Assert.Equal(DurableFile.OwnerOnly, File.GetUnixFileMode(FilePath));
    }

    [Fact]
    public void A_file_cut_anywhere_gives_what_was_before_the_cut_and_goes_on_from_there()
    {
        using (var journal = Open(out _))
            journal.Append([Entry(1), Entry(2)]);
        var whole = File.ReadAllBytes(FilePath);
        for (var cut = 0; cut < whole.Length; cut++)
        {
            File.WriteAllBytes(FilePath, whole[..cut]);
            using var again = Open(out var before);
            again.Append([Entry(9)]);
            again.Dispose();
            using var last = Open(out var after);
            Assert.Equal([.. before.Select(entry => entry.AtUnixMs), 9L], after.Select(entry => entry.AtUnixMs));
            Assert.Null(last.Problem);
        }
    }

    [Fact]
    public void A_changed_byte_is_found_and_said_and_nothing_behind_it_is_believed()
    {
        using (var journal = Open(out _))
            journal.Append([Entry(1), Entry(2), Entry(3)]);
        var whole = File.ReadAllBytes(FilePath);
        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x40;
            File.WriteAllBytes(FilePath, damaged);
            using var again = Open(out var kept);
            Assert.NotNull(again.Problem);
            Assert.True(kept.Count < 3);
            Assert.Equal(Enumerable.Range(1, kept.Count).Select(i => (long)i), kept.Select(entry => entry.AtUnixMs));
        }
    }

    [Fact]
    public void A_disk_that_refuses_leaves_what_was_there()
    {
        using var journal = Open(out _);
        journal.Append([Entry(1)]);
        // In the way of the temporary file: what a full disk does, without one.
        Directory.CreateDirectory($"{FilePath}.tmp");

        Assert.ThrowsAny<Exception>(() => journal.Replace([Entry(7)]));

        Directory.Delete($"{FilePath}.tmp");
        journal.Append([Entry(2)]);
        using var again = Open(out var kept);
        Assert.Equal([1L, 2L], kept.Select(entry => entry.AtUnixMs));
    }

    public void Dispose() => _directory.Dispose();

    private HealthJournalFile Open(out IReadOnlyList<KeptHealth> kept)
    {
        var journal = HealthJournalFile.Open(_directory["state"], new BlocId("hall"), "mill");
        kept = [.. journal.Read()];
        return journal;
    }

    private static KeptHealth Entry(byte number) => new(number, new[] { number, (byte)200, number });
}
