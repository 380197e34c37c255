using System.Globalization;

namespace Crux.Simulator.Scenarios.Reading;

/// <summary>Durations as people write them: <c>0.2ms</c>, <c>5s</c>, <c>3m</c>, <c>24h</c>.</summary>
internal static class SpanOfTime
{
    public const string InWords = "a duration such as \"200us\", \"0.2ms\", \"5s\", \"3m\" or \"24h\"";

    private static readonly (string Unit, double Ticks)[] Units =
    [
        ("us", TimeSpan.TicksPerMicrosecond), ("ms", TimeSpan.TicksPerMillisecond), ("s", TimeSpan.TicksPerSecond), ("m", TimeSpan.TicksPerMinute), ("h", TimeSpan.TicksPerHour),
    ];

    public static bool TryParse(string text, out TimeSpan span)
    {
        span = default;
        foreach (var (unit, ticks) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)
                || !double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                continue;
            if (number * ticks > TimeSpan.FromDays(366).Ticks)
                return false;
            span = new TimeSpan((long)Math.Round(number * ticks));
            return true;
        }
        return false;
    }

    public static string Text(TimeSpan span)
    {
        var (unit, ticks) = span.Ticks switch
        {
            0 => ("s", TimeSpan.TicksPerSecond),
            < TimeSpan.TicksPerMillisecond / 10 => ("us", TimeSpan.TicksPerMicrosecond),
            < TimeSpan.TicksPerSecond => ("ms", TimeSpan.TicksPerMillisecond),
            < TimeSpan.TicksPerHour => ("s", TimeSpan.TicksPerSecond),
            _ => ("h", (double)TimeSpan.TicksPerHour),
        };
        return (span.Ticks / (double)ticks).ToString("0.###", CultureInfo.InvariantCulture) + unit;
    }
}
