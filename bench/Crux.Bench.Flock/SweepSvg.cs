using System.Globalization;
using System.Text;

namespace Crux.Bench.Flock;

/// <summary>Draws a sweep: median and worst seconds to the full view over what was varied.</summary>
internal static class SweepSvg
{
    private const int Width = 640, Height = 320, Left = 56, Right = 16, Top = 36, Bottom = 48;

    public static string Draw(Sweep sweep, int nodes, IReadOnlyList<SweepPoint> points)
    {
        var seen = points.Where(point => point.FullView is not null).ToList();
        var top = Math.Max(0.1, seen.Select(point => point.FullView!.Max).DefaultIfEmpty(1).Max() * 1.1);
        var svg = new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">")
            .AppendLine(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/>")
            .AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"20\" font-size=\"14\">{nodes} nodes: seconds from the last boot to the full view</text>");
        for (var i = 0; i <= 4; i++)
        {
            svg.AppendLine(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(top * i / 4, top):0.0}\" y2=\"{Y(top * i / 4, top):0.0}\" stroke=\"#ddd\"/>")
                .AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{Y(top * i / 4, top) + 4:0.0}\" text-anchor=\"end\">{top * i / 4:0.00}</text>");
        }
        for (var i = 0; i < points.Count; i++)
            svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{X(i, points.Count):0.0}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{points[i].At}</text>");
        Line(svg, points, point => point.FullView?.Max, top, "#c33");
        Line(svg, points, point => point.FullView?.Median, top, "#0a58ca");
        return svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{Height - 8}\" fill=\"#666\">{sweep.Axis}; blue: median of the seeds, red: worst</text>").AppendLine("</svg>").ToString();
    }

    private static void Line(StringBuilder svg, IReadOnlyList<SweepPoint> points, Func<SweepPoint, double?> figure, double top, string colour)
    {
        svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" points=\"");
        for (var i = 0; i < points.Count; i++)
        {
            if (figure(points[i]) is { } value)
                svg.Append(CultureInfo.InvariantCulture, $"{X(i, points.Count):0.0},{Y(value, top):0.0} ");
        }
        svg.AppendLine("\"/>");
    }

    // Values lie evenly: they grow by factors, and what counts is how the curve bends.
    private static double X(int index, int count) => Left + ((index + 0.5) / count * (Width - Left - Right));

    private static double Y(double value, double top) => Height - Bottom - (value / top * (Height - Top - Bottom));
}
