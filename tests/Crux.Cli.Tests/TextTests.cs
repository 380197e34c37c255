using Crux.Cli.Text;

namespace Crux.Cli.Tests;

public sealed class TextTests
{
    [Theory]
    [InlineData("10m", 600)]
    [InlineData("90s", 90)]
    [InlineData("1h30m", 5400)]
    [InlineData("500ms", 0.5)]
    [InlineData("1d", 86400)]
    public void Durations_are_read(string text, double seconds)
    {
        Assert.True(SpanText.TryParse(text, out var span, out _));
        Assert.Equal(seconds, span.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("m")]
    [InlineData("10x")]
    [InlineData("-5m")]
    [InlineData("1.5h")]
    [InlineData("99999999999999s")]
    [InlineData("2000000000d")]
    [InlineData("10 m")]
    public void What_is_no_duration_is_refused_in_words(string text)
    {
        Assert.False(SpanText.TryParse(text, out _, out var problem));
        Assert.Contains("10m", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.04, "40ms")]
    [InlineData(1.84, "1.8s")]
    [InlineData(42, "42s")]
    [InlineData(200, "3m 20s")]
    [InlineData(7500, "2h 5m")]
    [InlineData(187200, "2d 4h")]
    public void Durations_are_written_for_people(double seconds, string text) => Assert.Equal(text, SpanText.Brief(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void In_a_pipe_a_row_is_one_line_and_nothing_is_coloured()
    {
        var text = Written(width: null, colours: false);
        Assert.Equal("A    B\none  a sentence that is longer than the narrow screen of this test\n", text);
    }

    [Fact]
    public void On_a_screen_the_last_column_is_broken_beneath_itself()
    {
        Assert.Equal(
            """
            A    B
            one  a sentence that is
                 longer than the narrow
                 screen of this test

            """,
            Written(width: 28, colours: false));
    }

    [Fact]
    public void Colours_are_put_around_words_and_change_no_width()
    {
        var text = Written(width: null, colours: true);
        Assert.Contains("\e[31mone\e[0m  a sentence", text, StringComparison.Ordinal);
    }

    private static string Written(int? width, bool colours)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var table = new TextTable("A", "B");
        table.Add(new Cell("one", Tone.Bad), "a sentence that is longer than the narrow screen of this test");
        table.Write(new Terminal { Out = output, Error = output, Width = width, Colours = colours, Variable = _ => null });
        return output.ToString();
    }
}
