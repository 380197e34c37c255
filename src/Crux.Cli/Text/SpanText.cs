using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Crux.Cli.Text;

/// <summary>Durations as people write and read them: <c>10m</c>, <c>1h30m</c>, <c>2d 4h</c>.</summary>
internal static class SpanText
{
    public const string InWords = "a number with a unit, such as 500ms, 30s, 10m, 1h30m or 1d";

    private static readonly (string Unit, TimeSpan Length)[] Units =
        [("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)), ("h", TimeSpan.FromHours(1)), ("d", TimeSpan.FromDays(1))];

    /// <summary>Parses <c>1h30m</c>: numbers, each with a unit. Anything longer than 1,000 days is refused.</summary>
    public static bool TryParse(string? text, out TimeSpan span, [NotNullWhen(false)] out string? problem)
    {
        span = TimeSpan.Zero;
        problem = $"'{text}' is no duration: write {InWords}.";
        var rest = text.AsSpan();
        if (rest.IsEmpty)
            return false;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0 || !int.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return false;
            rest = rest[digits..];
            var letters = rest.IndexOfAnyInRange('0', '9');
            var unit = letters < 0 ? rest : rest[..letters];
            var found = false;
            foreach (var (name, length) in Units)
            {
                if (!unit.SequenceEqual(name))
                    continue;
                if (number * length.TotalDays > 1000)
                    return false;
                span += number * length;
                found = true;
            }
            if (!found)
                return false;
            rest = rest[unit.Length..];
        }
        problem = null;
        return true;
    }

    /// <summary>The two largest units: <c>2d 4h</c>, <c>3m 20s</c>, <c>1.8s</c>, <c>40ms</c>.</summary>
    public static string Brief(TimeSpan span) => span switch
    {
        { TotalDays: >= 1 } => $"{(int)span.TotalDays}d {span.Hours}h",
        { TotalHours: >= 1 } => $"{span.Hours}h {span.Minutes}m",
        { TotalMinutes: >= 1 } => $"{span.Minutes}m {span.Seconds}s",
        { TotalSeconds: >= 10 } => $"{span.Seconds}s",
        { TotalSeconds: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0}s"),
        _ => $"{(int)span.TotalMilliseconds}ms",
    };
}
