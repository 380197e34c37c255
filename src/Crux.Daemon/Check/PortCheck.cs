using System.Net.Sockets;
using Crux.Node.Confab;

namespace Crux.Daemon.Check;

/// <summary>Whether the flock's port is free, UDP and TCP.</summary>
internal static class PortCheck
{
    public static async Task<Finding> LookAtUdpAsync(AddressPlan plan)
    {
        try
        {
            await using var confab = UdpConfab.Open(plan.Address, plan.Neighbourhood);
            return Finding.Ok("udp port", $"{plan.Address.Port} is free.");
        }
        catch (ConfabException problem)
        {
            return Finding.Fail("udp port", problem.Message);
        }
    }

    public static Finding LookAtTcp(NetAddress address)
    {
        using var socket = new Socket(address.Family, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(address.ToEndPoint());
            return Finding.Ok("tcp port", $"{address.Port} is free.");
        }
        catch (SocketException problem)
        {
            return Finding.Fail(
                "tcp port",
                $"TCP {address} can't be had: {problem.Message}. `ss -tlpn 'sport = {address.Port}'` names who has it; stop it, or give another --port or --address.");
        }
    }
}
