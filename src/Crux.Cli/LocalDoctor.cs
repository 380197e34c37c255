using System.Net;
using System.Net.Sockets;
using Crux.Node.Confab;
using Crux.Node.Security;
using Crux.Protos;

namespace Crux.Cli;

/// <summary>What can be seen of a machine where no node answers: looks only, and changes nothing.</summary>
internal static class LocalDoctor
{
    /// <summary>Where the flock file lies unless fulcrum is told otherwise.</summary>
    public const string FlockFiles = "/etc/crux";

    private const int DefaultPort = 23123;

    /// <summary>What is wrong here, first that no node answers.</summary>
    public static IEnumerable<DoctorFinding> Look(string whyNobodyAnswers)
    {
        yield return Trouble("no-node", whyNobodyAnswers, "'journalctl -u fulcrum' tells why it ended; 'fulcrum check' with its flags looks at everything that it needs.");
        if (Address() is { } address)
            yield return address;
        if (Port() is { } port)
            yield return port;
        foreach (var file in Files())
            yield return file;
    }

    private static DoctorFinding? Address()
    {
        try
        {
            AddressPlan.Make(null, DefaultPort, [], []);
            return null;
        }
        catch (ConfabException problem)
        {
            return Trouble("address", problem.Message, "Give fulcrum --address.");
        }
    }

    private static DoctorFinding? Port()
    {
        try
        {
            // Of both families, where there are both.
            using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, DefaultPort));
            return null;
        }
        catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return Trouble("port-taken", $"UDP port {DefaultPort} is held by a process that does not answer at this socket.", $"'ss -ulpn sport = :{DefaultPort}' names it. If it is a fulcrum, name its socket with --socket.");
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static List<DoctorFinding> Files()
    {
        var findings = new List<DoctorFinding>();
        try
        {
            foreach (var path in Directory.Exists(FlockFiles) ? Directory.GetFiles(FlockFiles, "*.flock") : [])
            {
                try
                {
                    var file = FlockFile.Read(path);
                    findings.Add(new DoctorFinding { Code = "flock-file", What = $"{path} is whole, fingerprint {file.Fingerprint}." });
                }
                catch (FlockFileException problem)
                {
                    findings.Add(Trouble("flock-file", problem.Message, ""));
                }
            }
        }
        catch (UnauthorizedAccessException)
        {
            findings.Add(Trouble("flock-file", $"You may not look into {FlockFiles}.", "Run it with sudo."));
        }
        return findings;
    }

    private static DoctorFinding Trouble(string code, string what, string remedy) => new() { Code = code, Trouble = true, What = what, Remedy = remedy };
}
