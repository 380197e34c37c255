using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Crux.Node.Confab;

/// <summary>One address of this machine, with the interface that has it.</summary>
/// <param name="Interface">What the system calls the interface.</param>
/// <param name="Address">The address, with port 0.</param>
/// <param name="PrefixLength">The interface's prefix.</param>
/// <param name="IsLoopback">Whether nobody outside can reach it.</param>
public readonly record struct LocalInterface(string Interface, NetAddress Address, int PrefixLength, bool IsLoopback)
{
    /// <summary>The addresses of the interfaces that are up now, in the system's order.</summary>
    public static IReadOnlyList<LocalInterface> ListUp()
    {
        var found = new List<LocalInterface>();
        foreach (var card in NetworkInterface.GetAllNetworkInterfaces())
        {
            // Tunnels and dummies report Unknown, and are up as far as anybody can tell.
            if (card.OperationalStatus is not (OperationalStatus.Up or OperationalStatus.Unknown))
                continue;
            foreach (var unicast in card.GetIPProperties().UnicastAddresses)
            {
                if (unicast.Address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
                    found.Add(new(card.Name, NetAddress.From(unicast.Address, 0), unicast.PrefixLength, card.NetworkInterfaceType == NetworkInterfaceType.Loopback));
            }
        }
        return found;
    }

    /// <summary><c>eth0 10.0.0.5/24</c>.</summary>
    public override string ToString() => $"{Interface} {Address.ToIPAddress()}/{PrefixLength}";
}
