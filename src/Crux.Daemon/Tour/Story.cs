using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Crux.Daemon.Tour;

/// <summary>Tells the tour to a person: one line an event, the seconds since the start before it. Reads the same in a CI log.</summary>
internal sealed class Story
{
    /// <summary>A terminal that doesn't know its width, or a log.</summary>
    private const int PlainWidth = 100;

    /// <summary>What the time and the mark take.</summary>
    private const int Indent = 11;

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
        lock (_gate)
        {
            var lead = $"[grey]{stamp} s[/] ";
            foreach (var line in Wrap(text, _console.Profile.Width - Indent))
            {
                _console.MarkupLine($"{lead}[{colour}]{mark} {Markup.Escape(line)}[/]");
                (lead, mark) = (new string(' ', stamp.Length + 3), ' ');
            }
        }
    }

    // Wrapped lines stay under the text, clear of the time, and carry no blanks to the right.
    private static IEnumerable<string> Wrap(string text, int width)
    {
        while (text.Length > width)
        {
            var cut = text.LastIndexOf(' ', width);
            if (cut <= 0)
                break;
            yield return text[..cut];
            text = text[(cut + 1)..];
        }
        yield return text;
    }
}
