using System.Collections.Immutable;
using Crux.Node.Security;
using Crux.Services.Reeve;

namespace Crux.Node.Tests.Security;

public sealed class KeyBookFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("crux-keys-").FullName;

    private string FilePath => Path.Combine(_directory, KeyBookFile.FileName);

    [Fact]
    public void What_is_written_is_read_again_and_is_for_the_owner_alone()
    {
        Assert.Null(KeyBookFile.Read(_directory, out var problem));
        Assert.Null(problem);
        var named = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("galumph2_3", new KeyGeneration(9, 9)), KeyValuePair.Create("web", new KeyGeneration(8, 7))]);

        KeyBookFile.Write(_directory, new KeyBook(new(7, 6), named, 1_700_000_000_000));

        var read = KeyBookFile.Read(_directory, out problem);
        Assert.Null(problem);
        Assert.Equal((new KeyGeneration(7, 6), 1_700_000_000_000), (read!.Others, read.TurnedUnixMs));
        Assert.Equal(named, read.Named);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }

    [Fact]
    public void A_file_that_was_cut_or_changed_counts_as_none()
    {
        KeyBookFile.Write(_directory, KeyBook.New(DateTimeOffset.UnixEpoch));
        var whole = File.ReadAllText(FilePath);
        foreach (var damaged in (string[])["", whole[..^4], whole.Replace("*", "* x", StringComparison.Ordinal), "something else\n" + whole])
        {
            File.WriteAllText(FilePath, damaged);
            Assert.Null(KeyBookFile.Read(_directory, out var problem));
            Assert.Contains("is damaged, and begun anew", problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Any_flipped_bit_is_seen()
    {
        KeyBookFile.Write(_directory, new KeyBook(new(7, 6), ImmutableSortedDictionary<string, KeyGeneration>.Empty.Add("web", new(8, 7)), 1_700_000_000_000));
        var whole = File.ReadAllBytes(FilePath);
        for (var bit = 0; bit < 8 * whole.Length; bit++)
        {
            var flipped = whole.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(FilePath, flipped);
            Assert.Null(KeyBookFile.Read(_directory, out var problem));
            Assert.NotNull(problem);
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
