namespace Crux.Cli;

/// <summary>What <c>crux</c> tells a script. Documented in docs/cli.md; a number never changes its meaning.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>The node answered, and the answer is no: nothing found, no leader, not started.</summary>
    public const int No = 1;

    /// <summary>The command line can't be read.</summary>
    public const int Usage = 2;

    /// <summary>No node behind the socket: it is missing, refuses, or lets this user not in.</summary>
    public const int Unreachable = 3;

    /// <summary>The node took the call and gave no answer in time.</summary>
    public const int Timeout = 4;

    /// <summary>The node or this machine refused what was asked: a file is there already, the node is of another version.</summary>
    public const int Refused = 5;

    /// <summary>Stopped by Ctrl-C or SIGTERM before it was done.</summary>
    public const int Interrupted = 130;
}
