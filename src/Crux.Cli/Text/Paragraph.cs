namespace Crux.Cli.Text;

/// <summary>Breaks text into lines at blanks.</summary>
internal static class Paragraph
{
    /// <summary>Lines of at most <paramref name="width"/> characters; a longer word keeps a line to itself. At least one line.</summary>
    public static IEnumerable<string> Break(string text, int width)
    {
        var rest = text;
        while (rest.Length > width)
        {
            var cut = rest.LastIndexOf(' ', width);
            if (cut <= 0)
                cut = rest.IndexOf(' ', StringComparison.Ordinal);
            if (cut <= 0)
                break;
            yield return rest[..cut];
            rest = rest[(cut + 1)..];
        }
        yield return rest;
    }

    /// <summary>Writes a sentence behind a mark, its later lines indented beneath the first.</summary>
    public static void Write(TextWriter to, Terminal terminal, Cell mark, string text)
    {
        var indent = new string(' ', mark.Text.Length + 1);
        foreach (var (index, line) in Break(text, Math.Max(20, (terminal.Width ?? int.MaxValue) - indent.Length)).Index())
            to.WriteLine((index == 0 ? $"{mark.For(terminal)} " : indent) + line);
    }
}
