using System.Globalization;
using System.Net;
using System.Text;
using Crux.Simulator.Scenarios.Running;

namespace Crux.Simulator.Scenarios.Reports;

/// <summary>Convergence as an SVG: nodes that run, and nodes that have the full view, over time.</summary>
public static class ConvergenceSvg
{
    private const int Width = 800, Height = 360, Left = 64, Right = 16, Top = 40, Bottom = 44;

    /// <summary>Draws one run.</summary>
    public static string Draw(RunResult run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var points = run.Convergence;
        var end = points.Count == 0 ? 1 : ConvergenceSpan.EndOf(points);
        var most = Math.Max(1, points.Select(point => point.Running).DefaultIfEmpty(1).Max());
        var svg = new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">")
            .AppendLine(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/>")
            .AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"22\" font-size=\"14\">{WebUtility.HtmlEncode(run.Scenario)}, seed {run.Seed}, {run.Nodes} nodes: nodes with the full view</text>");
        for (var i = 0; i <= 4; i++)
        {
            var (y, x) = (Y(most * i / 4.0, most), X(end * i / 4, end));
            svg.AppendLine(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:0.0}\" y2=\"{y:0.0}\" stroke=\"#ddd\"/>")
                .AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{y + 4:0.0}\" text-anchor=\"end\">{most * i / 4.0:0}</text>")
                .AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{x:0.0}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{end * i / 4:0.0} s</text>");
        }
        Line(svg, points.Where(point => point.Seconds <= end).Select(point => (point.Seconds, (double)point.Running)), end, most, "#999", "4 3");
        Line(svg, points.Where(point => point.Seconds <= end).Select(point => (point.Seconds, (double)point.Full)), end, most, "#0a58ca", "");
        return svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{Height - 8}\" fill=\"#666\">dashed: nodes that run; solid: nodes that see as many members as there are</text>")
            .AppendLine("</svg>").ToString();
    }

    private static void Line(StringBuilder svg, IEnumerable<(double Seconds, double Count)> points, double end, double most, string colour, string dashes)
    {
        svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" stroke-dasharray=\"{dashes}\" points=\"");
        foreach (var (seconds, count) in points)
            svg.Append(CultureInfo.InvariantCulture, $"{X(seconds, end):0.0},{Y(count, most):0.0} ");
        svg.AppendLine("\"/>");
    }

    private static double X(double seconds, double end) => Left + (seconds / end * (Width - Left - Right));

    private static double Y(double count, double most) => Height - Bottom - (count / most * (Height - Top - Bottom));
}
