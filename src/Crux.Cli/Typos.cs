using System.CommandLine;

namespace Crux.Cli;

/// <summary>Guesses what was meant.</summary>
internal static class Typos
{
    /// <summary>The word among <paramref name="known"/> that is at most a third of its letters away; null where none is.</summary>
    public static string? Closest(string typed, IEnumerable<string> known) => known
        .Select(word => (Word: word, Distance: Distance(typed.ToLowerInvariant(), word.ToLowerInvariant())))
        .Where(it => it.Distance <= Math.Max(1, it.Word.Length / 3))
        .OrderBy(it => it.Distance).ThenBy(it => it.Word, StringComparer.Ordinal)
        .Select(it => it.Word)
        .FirstOrDefault();

    /// <summary>What could stand after a command: its subcommands and options, and the global ones.</summary>
    public static IEnumerable<string> WordsOf(Command command, RootCommand root) =>
        command.Subcommands.Select(it => it.Name).Concat(command.Options.Concat(root.Options).Select(option => option.Name));

    // Letters to insert, drop, replace or swap with a neighbour.
    private static int Distance(string left, string right)
    {
        var rows = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= right.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = left[i - 1] == right[j - 1] ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }
        return rows[left.Length, right.Length];
    }
}
