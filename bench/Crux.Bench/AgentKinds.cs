using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Crux.System.Tests.Lab;

namespace Crux.Bench;

/// <summary>The two that are compared.</summary>
internal static partial class AgentKinds
{
    private const int SerfPort = 7946;
    private const int FulcrumPort = 23123;

    /// <summary>Serf in its LAN profile (the default), encrypted, joining through the first host and trying again each second.</summary>
    public static AgentKind Serf { get; } = new("serf", SerfPort, HasSeed: true, PrepareSerfAsync, ReadSerf);

    /// <summary>This project's daemon: no seed, nothing but the flock file.</summary>
    public static AgentKind Fulcrum { get; } = new("fulcrum", FulcrumPort, HasSeed: false, PrepareFulcrumAsync, ReadFulcrum);

    [GeneratedRegex(@"serf: EventMember(?<what>Join|Failed|Leave|Reap): \S+ (?<address>\S+)", RegexOptions.ExplicitCapture)]
    private static partial Regex SerfLine { get; }

    // Joined (1104), gone (1105), and changed (1106), where unreachable counts as gone.
    [GeneratedRegex(@"Crux\.Flock\[(?<event>110[456])\].* at (?<address>[\d.]+):\d+", RegexOptions.ExplicitCapture)]
    private static partial Regex FulcrumLine { get; }

    private static async Task<Func<LabHost, LabProcess>> PrepareSerfAsync(NetLab lab, CancellationToken cancellationToken)
    {
        var seed = lab.Hosts[0];
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        foreach (var host in lab.Hosts)
        {
            var settings = new
            {
                node_name = host.Name,
                bind = $"{host.Address}:{SerfPort}",
                encrypt_key = key,
                retry_join = host == seed ? [] : new[] { seed.Address.ToString() },
                retry_interval = "1s",
            };
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            await using var file = new FileStream(lab.Directory.In($"{host.Name}.serf.json"), options);
            await JsonSerializer.SerializeAsync(file, settings, cancellationToken: cancellationToken);
        }
        return host => host.Start($"serf-{host.Name}", "serf", ["agent", $"-config-file={lab.Directory.In($"{host.Name}.serf.json")}"]);
    }

    private static async Task<Func<LabHost, LabProcess>> PrepareFulcrumAsync(NetLab lab, CancellationToken cancellationToken)
    {
        var file = await LabFlock.MakeSecretAsync(lab, "lab", cancellationToken);
        return host => new FulcrumHost(lab, host, file).Start();
    }

    private static Sighting? ReadSerf(string line) =>
        SerfLine.Match(line) is { Success: true } match ? new(match.Groups["address"].Value, match.Groups["what"].Value == "Join") : null;

    private static Sighting? ReadFulcrum(string line) =>
        FulcrumLine.Match(line) is { Success: true } match
            ? new(match.Groups["address"].Value, match.Groups["event"].Value == "1104" || line.Contains("is now Alive", StringComparison.Ordinal))
            : null;
}
