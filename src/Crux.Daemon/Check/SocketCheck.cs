using System.Net.Sockets;

namespace Crux.Daemon.Check;

/// <summary>Whether the Unix socket for local processes can be had.</summary>
internal static class SocketCheck
{
    private const string Check = "socket";

    public static Finding Look(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
            return Finding.Fail(Check, "There is no socket path: give --socket PATH.");
        if (!File.Exists(path))
            return Finding.Ok(Check, $"{path} is free.");
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException problem) when (problem.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return Finding.Ok(Check, $"{path} was left behind by a process that is gone, and will be replaced.");
        }
        catch (Exception problem) when (problem is SocketException or ArgumentException)
        {
            return Finding.Fail(Check, $"{path} can't be used: {problem.Message} Give another --socket.");
        }
        return Finding.Fail(Check, $"A fulcrum answers on {path}: stop it, or give another --socket.");
    }
}
