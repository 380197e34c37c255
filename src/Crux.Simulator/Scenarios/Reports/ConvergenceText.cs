using System.Globalization;
using System.Text;
using Crux.Simulator.Scenarios.Running;

namespace Crux.Simulator.Scenarios.Reports;

/// <summary>Convergence as a chart of characters: how many of the running nodes have the full view, over time.</summary>
public static class ConvergenceText
{
    private const int Rows = 8;
    private const int Margin = 6;

    /// <summary>Draws it, from the first boot to a little after the last change.</summary>
    public static string Draw(IReadOnlyList<ConvergencePoint> points, int width)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.Count == 0)
            return "";
        var columns = Math.Max(20, width - Margin - 2);
        var end = ConvergenceSpan.EndOf(points);
        var heights = new double[columns];
        foreach (var point in points.Where(point => point.Seconds <= end && point.Running > 0))
            heights[Math.Min(columns - 1, (int)(point.Seconds / end * columns))] = point.Full / (double)point.Running;
        // A column without a point of its own shows the one before.
        for (var i = 1; i < columns; i++)
        {
            var (from, to) = (i * end / columns, (i + 1) * end / columns);
            if (!points.Any(point => point.Seconds >= from && point.Seconds < to))
                heights[i] = heights[i - 1];
        }
        var text = new StringBuilder();
        for (var row = Rows; row > 0; row--)
        {
            text.Append(row is Rows or 1 or Rows / 2 ? string.Create(CultureInfo.InvariantCulture, $"{100 * row / Rows,4} %|") : "      |");
            foreach (var height in heights)
                text.Append(height * Rows >= row - 0.01 ? '#' : height * Rows >= row - 0.5 ? '.' : ' ');
            text.AppendLine();
        }
        text.Append("      +").Append('-', columns).AppendLine();
        var right = string.Create(CultureInfo.InvariantCulture, $"{end:0.0} s");
        return text.Append("       0 s").Append(right.PadLeft(columns - 3)).AppendLine().ToString();
    }
}
