using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Crux.Node.Flock;
using Crux.Services.Reeve;

namespace Crux.Node.Security;

/// <summary>The generations of the processes' keys, in the state directory: lines of text, the last with a CRC-32C of those before; mode 0600.</summary>
/// <remarks>
/// Nothing in it is secret. One that can't be read counts as none, and the numbers begin with the wall clock's seconds, beyond those
/// that were ever given: nobody has to be asked.
/// </remarks>
internal static class KeyBookFile
{
    /// <summary>The file's name.</summary>
    public const string FileName = "service-keys";

    /// <summary>A longer file is no book.</summary>
    public const int MaxBytes = 64 * 1024;

    private const string Head = "crux service keys 1";
    private const string EndWord = "end ";

    /// <summary>What was kept, or null where nothing was that can be read.</summary>
    /// <param name="stateDirectory">Where it is.</param>
    /// <param name="problem">What is wrong with a file that is there and can't be read; null where nothing is.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static KeyBook? Read(string stateDirectory, out string? problem)
    {
        problem = null;
        var file = new FileInfo(Path.Combine(stateDirectory, FileName));
        if (!file.Exists)
            return null;
        var book = file.Length > MaxBytes ? null : Read(File.ReadAllText(file.FullName));
        if (book is null)
            problem = $"{file.FullName} is damaged, and begun anew: the processes of this node take new keys.";
        return book;
    }

    private static KeyBook? Read(string text)
    {
        var end = text.LastIndexOf(EndWord, StringComparison.Ordinal);
        if (end < 0 || text[end..] != End(text[..end]))
            return null;
        var lines = text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length < 2 || lines[0] != Head || !long.TryParse(lines[1], CultureInfo.InvariantCulture, out var turned))
            return null;
        var others = default(KeyGeneration?);
        var named = ImmutableSortedDictionary.CreateBuilder<string, KeyGeneration>(StringComparer.Ordinal);
        foreach (var line in lines[2..])
        {
            if (line.Split(' ') is not [var name, var first, var second] || !ulong.TryParse(first, CultureInfo.InvariantCulture, out var number) || !ulong.TryParse(second, CultureInfo.InvariantCulture, out var oldest))
                return null;
            if (name == TrustParty.Any)
                others = new(number, oldest);
            else
                named[name] = new(number, oldest);
        }
        return others is { } rest && named.Count <= KeyGenerations.MaxNamed ? new KeyBook(rest, named.ToImmutable(), turned) : null;
    }

    /// <summary>Keeps a book, durably.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void Write(string stateDirectory, KeyBook book)
    {
        var text = new StringBuilder(Head).Append('\n').Append(CultureInfo.InvariantCulture, $"{book.TurnedUnixMs}\n");
        Append(TrustParty.Any, book.Others);
        foreach (var (name, generation) in book.Named)
            Append(name, generation);
        DurableFile.Replace(Path.Combine(stateDirectory, FileName), Encoding.ASCII.GetBytes(text.Append(End(text.ToString())).ToString()));

        void Append(string name, KeyGeneration generation) => text.Append(CultureInfo.InvariantCulture, $"{name} {generation.Number} {generation.Oldest}\n");
    }

    private static string End(string before) => $"{EndWord}{FlockStore.SumOf(Encoding.UTF8.GetBytes(before)):x8}\n";
}
