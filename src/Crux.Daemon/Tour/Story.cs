using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Crux.Daemon.Tour;

/// <summary>Tells the tour to a person: one line an event, the seconds since the start before it. Reads the same in a CI log.</summary>
internal sealed class Story
{
    /// <summary>A terminal that doesn't know its width, or a log.</summary>
    private const int PlainWidth = 100;

    private readonly IAnsiConsole _console = AnsiConsole.Console;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Lock _gate = new();

    public Story()
    {
        if (Console.IsOutputRedirected)
            _console.Profile.Width = PlainWidth;
    }

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    public void Title(string text)
    {
        lock (_gate)
        {
            _console.MarkupLineInterpolated($"[bold]{text}[/]");
        }
    }

    public void Act(string title)
    {
        lock (_gate)
        {
            _console.WriteLine();
            _console.MarkupLineInterpolated($"[bold aqua]{title}[/]");
        }
    }

    /// <summary>Something happened.</summary>
    public void Say(string text) => Line(' ', "default", text);

    /// <summary>Something that had to hold does.</summary>
    public void Held(string text) => Line('+', "green", text);

    /// <summary>Something that had to hold doesn't.</summary>
    public void Broke(string text) => Line('!', "red", text);

    public void Table(Table table)
    {
        lock (_gate)
        {
            _console.WriteLine();
            _console.Write(table);
        }
    }

    /// <summary>A line for programs: nothing wraps it and nothing colours it.</summary>
    public void Raw(string text)
    {
        lock (_gate)
        {
            Console.Out.WriteLine(text);
        }
    }

    private void Line(char mark, string colour, string text)
    {
        var stamp = Elapsed.TotalSeconds.ToString("F2", CultureInfo.InvariantCulture).PadLeft(6);
        // A grid keeps wrapped lines under the text, clear of the time.
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(1)).AddColumn(new GridColumn().NoWrap().PadRight(1)).AddColumn(new GridColumn().PadRight(0));
        grid.AddRow(new Markup($"[grey]{stamp} s[/]"), new Markup($"[{colour}]{mark}[/]"), new Markup($"[{colour}]{Markup.Escape(text)}[/]"));
        lock (_gate)
        {
            _console.Write(grid);
        }
    }
}
