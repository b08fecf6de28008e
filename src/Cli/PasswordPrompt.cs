using System.Text;

namespace Ahenk.Cli;

/// <summary>Reads a password without showing it: from the terminal, or one line from standard input when that is not one.</summary>
internal static class PasswordPrompt
{
    public static string? Read(string prompt)
    {
        if (Console.IsInputRedirected)
        {
            return Console.In.ReadLine();
        }

        Console.Error.Write(prompt);
        var password = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    Console.Error.WriteLine();
                    return password.ToString();
                case ConsoleKey.Backspace when password.Length > 0:
                    password.Length--;
                    break;
                case var _ when !char.IsControl(key.KeyChar):
                    password.Append(key.KeyChar);
                    break;
            }
        }
    }
}
