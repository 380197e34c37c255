namespace Crux.Daemon;

/// <summary>How <c>fulcrum</c> ends; <c>src/Crux.Daemon/README.md</c> tells people.</summary>
internal static class ExitCode
{
    /// <summary>It did what was asked: the node ran and left in good order, or every check is well.</summary>
    public const int Ok = 0;

    /// <summary>Something broke while it ran; the log says what. systemd starts it again.</summary>
    public const int Broken = 1;

    /// <summary>The command line can't be read.</summary>
    public const int Usage = 2;

    /// <summary>It can't start as configured, or a check fails: the message says what to do.</summary>
    public const int Refused = 3;

    /// <summary>A signal came twice, and it ended where it was: this plus the signal's number, as shells have it.</summary>
    public const int Signalled = 128;
}
