namespace Crux.Cli.Text;

/// <summary>What a word is, for those who see colours. Nothing is told by colour alone.</summary>
internal enum Tone
{
    Plain,
    Strong,
    Faint,
    Good,
    Warn,
    Bad,
}
