namespace Crux.Cli.Text;

/// <summary>
/// Columns under a heading, two spaces apart. On a screen the last column is broken to fit; in a pipe a row is one line, whatever
/// its length, so that grep and awk find it whole.
/// </summary>
/// <remarks>Written here because a table library costs 90 ms of start-up for what these lines do.</remarks>
internal sealed class TextTable(params string[] headings)
{
    private const string Gap = "  ";
    private const int NarrowestLast = 12;

    private readonly List<Cell[]> _rows = [];

    public void Add(params Cell[] cells) => _rows.Add(cells);

    public void Write(Terminal terminal)
    {
        var widths = headings.Select((heading, column) => _rows.Select(row => row[column].Text.Length).Append(heading.Length).Max()).ToArray();
        var before = widths[..^1].Sum(width => width + Gap.Length);
        var last = terminal.Width is { } screen ? Math.Max(NarrowestLast, screen - before) : int.MaxValue;
        WriteRow([.. headings.Select(heading => new Cell(heading, Tone.Faint))], widths, before, last, terminal);
        foreach (var row in _rows)
            WriteRow(row, widths, before, last, terminal);
    }

    private static void WriteRow(Cell[] row, int[] widths, int before, int last, Terminal terminal)
    {
        var line = string.Concat(row[..^1].Select((cell, column) => cell.For(terminal) + new string(' ', widths[column] - cell.Text.Length) + Gap));
        foreach (var (index, part) in Paragraph.Break(row[^1].Text, last).Index())
        {
            // No blanks at line ends: they show up in diffs and in copied text.
            terminal.Out.WriteLine(((index == 0 ? line : new string(' ', before)) + row[^1].Paint(part, terminal)).TrimEnd());
        }
    }
}
