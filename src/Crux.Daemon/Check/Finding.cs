namespace Crux.Daemon.Check;

/// <summary>One line of a check-up.</summary>
/// <param name="Check">What was looked at.</param>
/// <param name="Verdict">How it is.</param>
/// <param name="Text">What was found; where it is not well, what to do as well.</param>
internal sealed record Finding(string Check, Verdict Verdict, string Text)
{
    public static Finding Ok(string check, string text) => new(check, Verdict.Ok, text);

    public static Finding Warn(string check, string text) => new(check, Verdict.Warn, text);

    public static Finding Fail(string check, string text) => new(check, Verdict.Fail, text);
}
