namespace Crux.Cli.Text;

/// <summary>A piece of text and what it is.</summary>
internal readonly record struct Cell(string Text, Tone Tone = Tone.Plain)
{
    private static readonly string[] Codes = ["", "\e[1m", "\e[2m", "\e[32m", "\e[33m", "\e[31m"];

    public static implicit operator Cell(string text) => new(text);

    /// <summary>The text, coloured where <paramref name="terminal"/> shows colours.</summary>
    public string For(Terminal terminal) => Paint(Text, terminal);

    /// <summary>Another text in this cell's tone.</summary>
    public string Paint(string text, Terminal terminal) => terminal.Colours && Tone != Tone.Plain && text.Length > 0 ? $"{Codes[(int)Tone]}{text}\e[0m" : text;
}
